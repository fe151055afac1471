// The rules for calls in flight, and for those that have to wait.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "tests/unit/call/pool_fixture.h"

namespace xapi_gateway::call {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::xapi_gateway::testing::FakeRequest;
using ::xapi_gateway::testing::Fault;
using ::xapi_gateway::testing::HostMode;

// What each fault of one call does to it.
TEST_F(PoolTest, CallsInFlight) {
  using Kind = Fault::Kind;
  struct Case {
    std::string name;
    Fault fault;
    bool idempotent;
    std::string outcome;
    int executed;
  };
  const Case cases[] = {
      {"error",
       {Kind::kError, {"VM_BAD_POWER_STATE"}},
       false,
       "VM_BAD_POWER_STATE",
       0},
      {"lost-call", {Kind::kLostCall}, false, "CONNECTION_LOST/unknown", 0},
      {"lost-reply", {Kind::kLostReply}, false, "CONNECTION_LOST/unknown", 1},
      {"lost-call-i", {Kind::kLostCall}, true, "ok", 1},
      {"lost-reply-i", {Kind::kLostReply}, true, "ok", 2},
      {"silence", {Kind::kSilence}, false, "DEADLINE_EXCEEDED/unknown", 1},
      {"malformed", {Kind::kMalformed}, true, "MALFORMED_REPLY/unknown", 1},
      {"http", {Kind::kHttp, {}, 500}, true, "HTTP_STATUS/unknown", 0},
      {"too-long",
       {Kind::kHttp, {}, 431},
       false,
       "HTTP_STATUS/not_executed",
       0},
  };
  AddHosts(1);
  Open();
  RunUntilConnected();
  for (const Case& c : cases) {
    bool done = false;
    xapi_.set_faults([&](const FakeRequest&) {
      return std::exchange(done, true) ? Fault() : c.fault;
    });
    EXPECT_EQ(Call(c.name, c.idempotent), c.outcome) << c.name;
    EXPECT_EQ(xapi_.Executed(c.name), c.executed) << c.name;
  }
  EXPECT_EQ(xapi_.most_sessions(), 1);
}

TEST_F(PoolTest, EvictedSessionIsReplacedOnceForAll) {
  AddHosts(1);
  Open();
  RunUntilConnected();
  xapi_.host("10.0.0.1").sessions.clear();
  for (int i = 0; i < 10; ++i) Start(absl::StrCat("c", i));
  loop_.RunFor(absl::Seconds(1));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(outcomes_[absl::StrCat("c", i)], "ok");
  EXPECT_EQ(xapi_.CountRequests("session.login_with_password"), 2);
}

TEST_F(PoolTest, RejectedCredentialsFailCallsAndAreNotHammered) {
  AddHosts(1);
  options_.identity.password = "wrong";
  Open();
  EXPECT_EQ(Call("first"), "SESSION_AUTHENTICATION_FAILED");
  EXPECT_EQ(Call("second"), "SESSION_AUTHENTICATION_FAILED");
  loop_.RunFor(absl::Minutes(10));
  int logins = xapi_.CountRequests("session.login_with_password");
  EXPECT_GT(logins, 3);
  EXPECT_LT(logins, 20);
  EXPECT_THAT(pool_->state().problem, HasSubstr("rejected the credentials"));
  xapi_.set_password("wrong");
  loop_.RunFor(absl::Minutes(5));
  EXPECT_EQ(Call("third"), "ok");
}

TEST_F(PoolTest, IdentitiesHaveTheirOwnSessions) {
  AddHosts(1);
  Open();
  auto ann = std::make_shared<Identity>(Identity{"ann", "ann", "secret"});
  auto bob = std::make_shared<Identity>(Identity{"bob", "bob", "wrong"});
  Start("a1", false, kLong, ann);
  Start("a2", false, kLong, ann);
  Start("b", false, kLong, bob);
  Start("own");
  EXPECT_EQ(Await("a1"), "ok");
  EXPECT_EQ(Await("a2"), "ok");
  EXPECT_EQ(Await("b"), "SESSION_AUTHENTICATION_FAILED");
  EXPECT_EQ(Await("own"), "ok");
  EXPECT_EQ(xapi_.Sessions(), 2);
  loop_.RunFor(absl::Minutes(20));
  EXPECT_EQ(xapi_.Sessions(), 1) << "idle ones are logged out";
}

TEST_F(PoolTest, IdentitiesAreBounded) {
  AddHosts(1);
  options_.max_identities = 2;
  Open();
  xapi_.set_faults([](const FakeRequest& call) {
    bool stays = call.params[1] != "d";
    return stays ? Fault{Fault::Kind::kSilence} : Fault{};
  });
  for (const char* key : {"a", "b", "c"}) {
    Start(key, false, absl::Seconds(30),
          std::make_shared<Identity>(Identity{key, key, "secret"}));
    loop_.RunFor(absl::Milliseconds(100));
  }
  EXPECT_EQ(Await("c"), "TOO_MANY_IDENTITIES/not_executed");
  Await("a");
  Start("d", false, kLong,
        std::make_shared<Identity>(Identity{"d", "d", "secret"}));
  EXPECT_EQ(Await("d"), "ok");
  EXPECT_EQ(xapi_.Sessions(), 3) << "one gave way";
}

TEST_F(PoolTest, ConcurrencyIsBoundedAndShared) {
  AddHosts(1);
  options_.max_concurrent_calls = 2;
  Open();
  RunUntilConnected();
  auto ann = std::make_shared<Identity>(Identity{"ann", "ann", "secret"});
  Start("warm", false, kLong, ann);
  Await("warm");
  order_.clear();
  for (int i = 0; i < 6; ++i) Start(absl::StrCat("greedy", i));
  Start("modest", false, kLong, ann);
  size_t most = 0;
  loop_.RunUntil(kLong, [&] {
    most = std::max(most, xapi_.in_flight());
    return order_.size() == 7;
  });
  EXPECT_EQ(most, 2);
  EXPECT_EQ(std::find(order_.begin(), order_.end(), "modest") - order_.begin(),
            3)
      << "has its turn after two under way and one of the other's";
}

TEST_F(PoolTest, FullQueueIsRefusedWithAHint) {
  AddHosts(1);
  options_.max_concurrent_calls = 1;
  options_.max_queued_calls = 2;
  Open();
  RunUntilConnected();
  for (int i = 0; i < 5; ++i) Start(absl::StrCat("c", i));
  loop_.RunPosted();
  EXPECT_EQ(outcomes_["c3"], "QUEUE_FULL/not_executed");
  EXPECT_EQ(outcomes_["c4"], "QUEUE_FULL/not_executed");
  EXPECT_EQ(Await("c2"), "ok");
}

TEST_F(PoolTest, DeadlineSaysWhereTheCallWaited) {
  xapi_.host("10.0.0.1").mode = HostMode::kRefuses;
  Open();
  Start("early", false, absl::Seconds(1));
  EXPECT_EQ(Await("early"), "DEADLINE_EXCEEDED/not_executed");
  EXPECT_THAT(messages_["early"], HasSubstr("waiting for a coordinator"));
}

TEST_F(PoolTest, CircuitBreaksAfterTheConfiguredWait) {
  xapi_.host("10.0.0.1").mode = HostMode::kRefuses;
  options_.coordinator_wait = absl::Seconds(5);
  Open();
  Start("waits");
  loop_.RunFor(absl::Seconds(4));
  EXPECT_EQ(outcomes_.count("waits"), 0);
  loop_.RunFor(absl::Seconds(2));
  EXPECT_EQ(outcomes_["waits"], "NO_COORDINATOR/not_executed");
  Start("quick");
  loop_.RunPosted();
  EXPECT_EQ(outcomes_["quick"], "NO_COORDINATOR/not_executed");
  EXPECT_THAT(messages_["quick"], HasSubstr("10.0.0.1"));
  xapi_.Restart("10.0.0.1", HostMode::kCoordinator);
  RunUntilConnected();
  EXPECT_EQ(Call("after"), "ok");
}

TEST_F(PoolTest, CancelledCallsEndOnceWhereverTheyAre) {
  AddHosts(1);
  options_.max_concurrent_calls = 1;
  Open();
  RunUntilConnected();
  CallId sent = Start("sent");
  CallId queued = Start("queued");
  Start("next");
  loop_.RunPosted();
  pool_->Cancel(queued);
  pool_->Cancel(sent);
  pool_->Cancel(sent);
  pool_->Cancel(12345);
  loop_.RunPosted();
  EXPECT_EQ(outcomes_["sent"], "CANCELLED/unknown");
  EXPECT_EQ(outcomes_["queued"], "CANCELLED/not_executed");
  EXPECT_EQ(Await("next"), "ok");
  pool_->Cancel(sent);
  loop_.RunFor(kLong);
}

TEST_F(PoolTest, BadInputFailsBeforeAnythingIsSent) {
  AddHosts(1);
  Open();
  auto start = [&](absl::Time deadline, absl::StatusOr<std::string> arguments) {
    CallSpec spec;
    spec.method = "VM.act";
    spec.deadline = deadline;
    spec.arguments = [arguments](wire::Format) { return arguments; };
    return pool_
        ->Start(std::move(spec), [](CallOutcome) { FAIL() << "was started"; })
        .status()
        .code();
  };
  absl::Time later = absl::Now() + kLong;
  using C = absl::StatusCode;
  EXPECT_EQ(start(later, absl::InvalidArgumentError("vm: no reference")),
            C::kInvalidArgument);
  EXPECT_EQ(start(later, std::string(300 * 1024, ' ')), C::kInvalidArgument);
  EXPECT_EQ(start(absl::InfiniteFuture(), ""), C::kInvalidArgument);
  EXPECT_EQ(start(absl::Now() - kLong, ""), C::kDeadlineExceeded);
  loop_.RunFor(absl::Seconds(1));
  EXPECT_EQ(xapi_.CountRequests("VM.act"), 0);
}

TEST_F(PoolTest, OptionsAreChecked) {
  auto code = [&](auto change) {
    PoolOptions options = options_;
    change(options);
    return Pool::Create(options, &xapi_).status().code();
  };
  using C = absl::StatusCode;
  EXPECT_EQ(code([](PoolOptions& o) { o.seeds.clear(); }), C::kInvalidArgument);
  EXPECT_EQ(code([](PoolOptions& o) { o.seeds = {"a b"}; }),
            C::kInvalidArgument);
  EXPECT_EQ(code([](PoolOptions& o) { o.max_queued_calls = 0; }),
            C::kInvalidArgument);
  EXPECT_EQ(code([](PoolOptions& o) { o.session_idle = -kLong; }),
            C::kInvalidArgument);
  EXPECT_EQ(code([](PoolOptions& o) { o.min_probe_delay = kLong; }),
            C::kInvalidArgument);
}

TEST_F(PoolTest, StateListenerSeesEachPhase) {
  AddHosts(1);
  std::vector<std::string> phases;
  auto pool = Pool::Create(options_, &xapi_, [&](const PoolState& state) {
    phases.push_back(std::string(PhaseName(state.phase)));
  });
  pool_ = *std::move(pool);
  RunUntilConnected();
  xapi_.host("10.0.0.1").mode = HostMode::kRefuses;
  Start("c");
  loop_.RunFor(absl::Seconds(1));
  EXPECT_THAT(phases, ElementsAre("connected", "probing"));
}

}  // namespace
}  // namespace xapi_gateway::call
