// A pool against hosts in fake time.
#ifndef TESTS_UNIT_CALL_POOL_FIXTURE_H_
#define TESTS_UNIT_CALL_POOL_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "backend/call/pool.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_writer.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_loop.h"
#include "tests/testing/fake_xapi.h"

namespace xapi_gateway::call {

inline constexpr absl::Duration kLong = absl::Seconds(60);

inline std::string Argument(const std::string& text, wire::Format format) {
  if (format == wire::Format::kJsonRpc) {
    wire::JsonWriter writer;
    writer.String(text);
    return std::move(writer).Take();
  }
  wire::XmlWriter writer;
  writer.String(text);
  return std::move(writer).Take();
}

// "ok", "CODE", or "REASON/execution".
inline std::string Describe(const CallOutcome& outcome) {
  if (std::holds_alternative<wire::Reply>(outcome)) return "ok";
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) return error->code;
  const auto& failure = std::get<CallFailure>(outcome);
  return absl::StrCat(std::string(ReasonName(failure.reason)), "/",
                      std::string(ExecutionName(failure.execution)));
}

class PoolTest : public ::testing::Test {
 protected:
  PoolTest() : xapi_(&loop_) {
    options_.name = "lab";
    options_.seeds = {"10.0.0.1"};
    options_.identity = {"root", "root", "secret"};
    options_.originator = "test";
  }
  ~PoolTest() override {
    pool_.reset();
    loop_.RunPosted();
  }

  // A coordinator 10.0.0.1 and supporters up to 10.0.0.<hosts>.
  void AddHosts(int hosts) {
    for (int i = 1; i <= hosts; ++i) {
      xapi_.host(absl::StrCat("10.0.0.", i)).mode =
          i == 1 ? testing::HostMode::kCoordinator
                 : testing::HostMode::kSupporter;
    }
  }
  void Open() {
    auto pool = Pool::Create(options_, &xapi_);
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
  }
  // Starts a call named `name`, whose outcome comes to stand in outcomes_.
  CallId Start(const std::string& name, bool idempotent = false,
               absl::Duration timeout = kLong,
               std::shared_ptr<const Identity> identity = nullptr) {
    CallSpec spec;
    spec.method = "VM.act";
    spec.idempotent = idempotent;
    spec.deadline = absl::Now() + timeout;
    spec.identity = std::move(identity);
    spec.arguments = [name](wire::Format format) {
      return Argument(name, format);
    };
    auto id = pool_->Start(std::move(spec), [this, name](CallOutcome outcome) {
      EXPECT_EQ(outcomes_.count(name), 0) << name << " ended twice";
      if (auto* failure = std::get_if<CallFailure>(&outcome)) {
        messages_[name] = std::string(failure->status.message());
      }
      outcomes_[name] = Describe(outcome);
      order_.push_back(name);
    });
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or(0);
  }
  // Lets time pass until the call has ended.
  std::string Await(const std::string& name, absl::Duration most = kLong) {
    loop_.RunUntil(most, [&] { return outcomes_.count(name) != 0; });
    return outcomes_.count(name) != 0 ? outcomes_[name] : "still running";
  }
  std::string Call(const std::string& name, bool idempotent = false) {
    Start(name, idempotent);
    return Await(name);
  }
  void RunUntilConnected() {
    ASSERT_TRUE(loop_.RunUntil(kLong, [&] {
      return pool_->state().phase == PoolState::Phase::kConnected;
    })) << pool_->state().problem;
    loop_.RunFor(absl::Milliseconds(20));  // the list of hosts comes after
  }

  testing::FakeLoop loop_;
  testing::FakeXapi xapi_;
  PoolOptions options_;
  std::unique_ptr<Pool> pool_;
  std::map<std::string, std::string> outcomes_;
  std::map<std::string, std::string> messages_;
  std::vector<std::string> order_;
};

}  // namespace xapi_gateway::call

#endif  // TESTS_UNIT_CALL_POOL_FIXTURE_H_
