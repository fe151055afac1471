// Random trouble in fake time: each seed is a pool whose hosts die, hang, swap
// roles and lose replies under load, and a history that is checked call by
// call. A failure prints its seed, which repeats it exactly.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "backend/call/pool.h"
#include "backend/wire/json_writer.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_loop.h"
#include "tests/testing/fake_xapi.h"

namespace xapi_gateway::call {
namespace {

using ::xapi_gateway::testing::FakeLoop;
using ::xapi_gateway::testing::FakeRequest;
using ::xapi_gateway::testing::FakeXapi;
using ::xapi_gateway::testing::Fault;
using ::xapi_gateway::testing::HostMode;

constexpr int kSeeds = 300;
constexpr int kHosts = 4;
constexpr int kCallsPerSeed = 200;

std::string Address(int host) { return absl::StrCat("10.0.0.", host + 1); }

struct Record {
  bool idempotent = false;
  int outcomes = 0;
  CallOutcome outcome;
};

class History {
 public:
  explicit History(int seed) : random_(seed), xapi_(&loop_) {
    xapi_.set_latency(
        [this] { return absl::Microseconds(100 + Pick(5000)); });
    xapi_.set_faults([this](const FakeRequest&) { return RandomFault(); });
    for (int i = 0; i < kHosts; ++i) {
      xapi_.host(Address(i)).mode = HostMode::kSupporter;
    }
    MakeCoordinator(0);
    PoolOptions options;
    options.name = "lab";
    options.seeds = {Address(Pick(kHosts)), Address(kHosts - 1)};
    options.identity = {"root", "root", "secret"};
    options.max_concurrent_calls = 8;
    options.max_queued_calls = 64;
    pool_ = *Pool::Create(options, &xapi_);
  }
  ~History() {
    pool_.reset();
    loop_.RunPosted();
  }

  void Run() {
    for (int i = 0; i < kCallsPerSeed; ++i) {
      Start(absl::StrCat("call", i));
      loop_.RunFor(absl::Milliseconds(Pick(40)));
      if (Pick(15) == 0) Disturb();
    }
    calm_ = true;
    for (int i = 0; i < kHosts; ++i) {
      xapi_.Restart(Address(i), HostMode::kSupporter, Address(coordinator_));
    }
    MakeCoordinator(coordinator_);
    loop_.RunFor(absl::Minutes(2));
  }

  void Check() {
    for (const auto& [name, record] : records_) CheckCall(name, record);
    EXPECT_EQ(pool_->state().phase, PoolState::Phase::kConnected);
    EXPECT_EQ(pool_->state().active_calls, 0);
    EXPECT_EQ(pool_->state().queued_calls, 0);
    EXPECT_EQ(xapi_.in_flight(), 0u);
    EXPECT_LE(xapi_.Sessions(), 3u) << "more than configured";
    Start("after");
    loop_.RunFor(absl::Seconds(1));
    EXPECT_TRUE(
        std::holds_alternative<wire::Reply>(records_["after"].outcome));
  }

 private:
  int Pick(int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random_);
  }

  void MakeCoordinator(int host) {
    coordinator_ = host;
    for (int i = 0; i < kHosts; ++i) xapi_.host(Address(i)).master = Address(host);
    xapi_.Restart(Address(host), HostMode::kCoordinator);
  }

  void Disturb() {
    std::string address = Address(coordinator_);
    switch (Pick(7)) {
      case 0:  // restarted, or dead for long
        xapi_.Restart(address, HostMode::kRefuses);
        loop_.RunFor(absl::Milliseconds(Pick(Pick(4) == 0 ? 15000 : 500)));
        xapi_.Restart(address, HostMode::kCoordinator);
        return;
      case 1:  // hung, then back
        xapi_.host(address).mode = HostMode::kHangs;
        loop_.RunFor(absl::Milliseconds(Pick(12000)));
        xapi_.Resume(address, HostMode::kCoordinator);
        return;
      case 2:  // the role moves; between the two nobody has it
        xapi_.Restart(address, Pick(2) ? HostMode::kRefuses
                                       : HostMode::kSupporter);
        loop_.RunFor(absl::Milliseconds(Pick(300)));
        xapi_.Restart(address, HostMode::kSupporter);
        MakeCoordinator(Pick(kHosts));
        return;
      case 3:  // all sessions evicted
        xapi_.host(address).sessions.clear();
        return;
      case 4:  // handshake, then nothing
        xapi_.Restart(address, HostMode::kCloses);
        loop_.RunFor(absl::Milliseconds(Pick(500)));
        xapi_.Restart(address, HostMode::kCoordinator);
        return;
      case 5:  // a supporter boots
        xapi_.Restart(Address(Pick(kHosts)), HostMode::kEmergency);
        MakeCoordinator(coordinator_);
        return;
      default:  // a short cut in the network
        xapi_.host(address).mode = HostMode::kRefuses;
        loop_.RunFor(absl::Milliseconds(Pick(300)));
        xapi_.host(address).mode = HostMode::kCoordinator;
        return;
    }
  }

  Fault RandomFault() {
    if (calm_ || Pick(25) != 0) return {};
    constexpr Fault::Kind kKinds[] = {Fault::Kind::kLostReply,
                                      Fault::Kind::kLostCall};
    return {kKinds[Pick(2)]};
  }

  void Start(const std::string& name) {
    Record& record = records_[name];
    record.idempotent = Pick(2) == 0;
    CallSpec spec;
    spec.method = "VM.act";
    spec.idempotent = record.idempotent;
    spec.deadline = absl::Now() + absl::Milliseconds(1000 + Pick(20000));
    spec.arguments = [name](wire::Format) -> absl::StatusOr<std::string> {
      wire::JsonWriter writer;
      writer.String(name);
      return std::move(writer).Take();
    };
    auto id = pool_->Start(std::move(spec), [&record](CallOutcome outcome) {
      ++record.outcomes;
      record.outcome = std::move(outcome);
    });
    ASSERT_TRUE(id.ok()) << id.status();
    if (Pick(50) == 0) pool_->Cancel(*id);
  }

  // What the outcome says must be what happened.
  void CheckCall(const std::string& name, const Record& record) {
    int executed = xapi_.Executed(name);
    EXPECT_EQ(record.outcomes, 1) << name << " must end exactly once";
    if (!record.idempotent) EXPECT_LE(executed, 1) << name << " ran twice";
    auto* failure = std::get_if<CallFailure>(&record.outcome);
    if (failure == nullptr) {
      EXPECT_GE(executed, 1) << name << " succeeded without running";
    } else if (failure->execution == Execution::kNotExecuted) {
      EXPECT_EQ(executed, 0) << name << " ran: " << failure->status;
    }
  }

  std::mt19937 random_;
  FakeLoop loop_;
  FakeXapi xapi_;
  std::unique_ptr<Pool> pool_;
  std::map<std::string, Record> records_;
  int coordinator_ = 0;
  bool calm_ = false;
};

TEST(PoolHistoryTest, NoCallIsLostDoubledOrMisreported) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    History history(seed);
    history.Run();
    history.Check();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace xapi_gateway::call
