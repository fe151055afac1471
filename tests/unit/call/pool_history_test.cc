// Random trouble in fake time: each seed is a pool whose hosts die, hang, swap
// roles and lose replies under load, and a history that is checked call by
// call. A failure prints its seed, which repeats it exactly.
#include <algorithm>
#include <iostream>
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

constexpr int kSeeds = 1000;
constexpr int kHosts = 4;
constexpr int kCallsPerSeed = 200;

std::string Address(int host) { return absl::StrCat("10.0.0.", host + 1); }

// What all seeds together brought about.
struct Totals {
  int ok = 0;
  int not_executed = 0;
  int unknown = 0;
  size_t most_sessions = 0;
  // From "there is a coordinator" to the first good call after it.
  std::vector<absl::Duration> recoveries;
};

struct Record {
  bool idempotent = false;
  int outcomes = 0;
  CallOutcome outcome;
};

class History {
 public:
  History(int seed, Totals* totals)
      : random_(seed), xapi_(&loop_), totals_(*totals) {
    xapi_.set_latency([this] { return absl::Microseconds(100 + Pick(5000)); });
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
      if (Pick(15) != 0) continue;
      Disturb();
      back_since_ = loop_.Now();
    }
    calm_ = true;
    back_since_ = absl::InfiniteFuture();
    for (int i = 0; i < kHosts; ++i) {
      xapi_.Restart(Address(i), HostMode::kSupporter, Address(coordinator_));
    }
    MakeCoordinator(coordinator_);
    loop_.RunFor(absl::Minutes(2));
  }

  void Check() {
    for (const auto& [name, record] : records_) CheckCall(name, record);
    totals_.most_sessions =
        std::max(totals_.most_sessions, xapi_.most_sessions());
    EXPECT_EQ(pool_->state().phase, PoolState::Phase::kConnected);
    EXPECT_EQ(pool_->state().active_calls, 0);
    EXPECT_EQ(pool_->state().queued_calls, 0);
    EXPECT_EQ(xapi_.in_flight(), 0u);
    EXPECT_LE(xapi_.Sessions(), 3u) << "more than configured";
    Start("after");
    loop_.RunFor(absl::Seconds(1));
    EXPECT_TRUE(std::holds_alternative<wire::Reply>(records_["after"].outcome));
  }

 private:
  int Pick(int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random_);
  }

  void MakeCoordinator(int host) {
    coordinator_ = host;
    for (int i = 0; i < kHosts; ++i)
      xapi_.host(Address(i)).master = Address(host);
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
        xapi_.Restart(address,
                      Pick(2) ? HostMode::kRefuses : HostMode::kSupporter);
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
    auto id = pool_->Start(std::move(spec), [&](CallOutcome outcome) {
      ++record.outcomes;
      record.outcome = std::move(outcome);
      if (std::holds_alternative<wire::Reply>(record.outcome)) OnGoodCall();
    });
    ASSERT_TRUE(id.ok()) << id.status();
    if (!calm_ && Pick(50) == 0) pool_->Cancel(*id);
  }

  void OnGoodCall() {
    if (back_since_ == absl::InfiniteFuture()) return;
    totals_.recoveries.push_back(loop_.Now() - back_since_);
    back_since_ = absl::InfiniteFuture();
  }

  // What the outcome says must be what happened.
  void CheckCall(const std::string& name, const Record& record) {
    int executed = xapi_.Executed(name);
    EXPECT_EQ(record.outcomes, 1) << name << " must end exactly once";
    Count(record.outcome);
    if (!record.idempotent) {
      EXPECT_LE(executed, 1) << name << " ran twice";
    }
    auto* failure = std::get_if<CallFailure>(&record.outcome);
    if (failure == nullptr) {
      EXPECT_GE(executed, 1) << name << " succeeded without running";
    } else if (failure->execution == Execution::kNotExecuted) {
      EXPECT_EQ(executed, 0) << name << " ran: " << failure->status;
    }
  }

  void Count(const CallOutcome& outcome) {
    auto* failure = std::get_if<CallFailure>(&outcome);
    if (failure == nullptr) {
      ++totals_.ok;
    } else if (failure->execution == Execution::kNotExecuted) {
      ++totals_.not_executed;
    } else {
      ++totals_.unknown;
    }
  }

  std::mt19937 random_;
  FakeLoop loop_;
  FakeXapi xapi_;
  std::unique_ptr<Pool> pool_;
  std::map<std::string, Record> records_;
  int coordinator_ = 0;
  bool calm_ = false;
  Totals& totals_;
  absl::Time back_since_ = absl::InfiniteFuture();
};

TEST(PoolHistoryTest, NoCallIsLostDoubledOrMisreported) {
  Totals totals;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    History history(seed, &totals);
    history.Run();
    history.Check();
    if (::testing::Test::HasFailure()) return;
  }
  // The trouble was real, and not the end of everything.
  EXPECT_GT(totals.ok, kSeeds * kCallsPerSeed / 2);
  EXPECT_GT(totals.not_executed, kSeeds / 2);
  EXPECT_GT(totals.unknown, kSeeds / 2);
  EXPECT_LE(totals.most_sessions, 3u) << "more than configured";
  std::vector<absl::Duration>& recoveries = totals.recoveries;
  ASSERT_GT(recoveries.size(), size_t{kSeeds});
  std::sort(recoveries.begin(), recoveries.end());
  absl::Duration median = recoveries[recoveries.size() / 2];
  std::cout << totals.ok << " calls answered, " << totals.not_executed
            << " failed unexecuted, " << totals.unknown << " unknown; "
            << recoveries.size() << " recoveries, median " << median
            << ", worst " << recoveries.back() << "; at most "
            << totals.most_sessions << " sessions\n";
  EXPECT_LT(median, absl::Milliseconds(250));
  EXPECT_LT(recoveries.back(), absl::Seconds(2));
}

}  // namespace
}  // namespace xapi_gateway::call
