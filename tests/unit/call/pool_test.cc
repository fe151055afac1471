// A pool against hosts in fake time: every transition of the coordinator and
// every rule for calls in flight.
#include "backend/call/pool.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_loop.h"
#include "tests/testing/fake_xapi.h"

namespace xapi_gateway::call {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::xapi_gateway::testing::FakeLoop;
using ::xapi_gateway::testing::FakeRequest;
using ::xapi_gateway::testing::FakeXapi;
using ::xapi_gateway::testing::Fault;
using ::xapi_gateway::testing::HostMode;

constexpr absl::Duration kLong = absl::Seconds(60);

std::string Argument(const std::string& text, wire::Format format) {
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
std::string Describe(const CallOutcome& outcome) {
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
          i == 1 ? HostMode::kCoordinator : HostMode::kSupporter;
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

  FakeLoop loop_;
  FakeXapi xapi_;
  PoolOptions options_;
  std::unique_ptr<Pool> pool_;
  std::map<std::string, std::string> outcomes_;
  std::map<std::string, std::string> messages_;
  std::vector<std::string> order_;
};

TEST_F(PoolTest, CallsShareOneSession) {
  AddHosts(1);
  Open();
  for (int i = 0; i < 10; ++i) Start(absl::StrCat("c", i));
  EXPECT_EQ(Await("c9"), "ok");
  EXPECT_EQ(xapi_.CountRequests("session.login_with_password"), 1);
  EXPECT_EQ(xapi_.most_sessions(), 1);
  EXPECT_EQ(pool_->state().sessions, 1);
  EXPECT_EQ(pool_->state().pool_uuid, "pool-1");
  EXPECT_EQ(pool_->state().coordinator, "https://10.0.0.1:443");
}

TEST_F(PoolTest, LoginNamesTheOriginator) {
  AddHosts(1);
  Open();
  RunUntilConnected();
  for (const FakeRequest& request : xapi_.requests()) {
    if (request.method != "session.login_with_password") continue;
    EXPECT_THAT(request.params, ElementsAre("root", "secret", "1.0", "test"));
  }
}

TEST_F(PoolTest, SupporterAsSeedLeadsToTheCoordinator) {
  AddHosts(3);
  options_.seeds = {"10.0.0.3"};
  Open();
  EXPECT_EQ(Call("c"), "ok");
  EXPECT_EQ(pool_->state().coordinator, "https://10.0.0.1:443");
}

TEST_F(PoolTest, HostListComesFromThePool) {
  AddHosts(3);
  Open();
  RunUntilConnected();
  EXPECT_THAT(pool_->state().hosts,
              ElementsAre("https://10.0.0.1:443", "https://10.0.0.2:443",
                          "https://10.0.0.3:443"));
  pool_->UpdateHosts({"10.0.0.2", "10.0.0.9", "fd00::9", "", "not a host"});
  loop_.RunPosted();
  EXPECT_THAT(pool_->state().hosts,
              ElementsAre("https://10.0.0.1:443", "https://10.0.0.2:443",
                          "https://10.0.0.9:443", "https://[fd00::9]:443"));
}

TEST_F(PoolTest, BadHostsArePassedOver) {
  AddHosts(1);
  options_.seeds = {"10.0.0.5", "10.0.0.6", "10.0.0.7",
                    "10.0.0.8", "10.0.0.9", "10.0.0.1"};
  xapi_.host("10.0.0.5").mode = HostMode::kRefuses;
  xapi_.host("10.0.0.6").mode = HostMode::kHangs;
  xapi_.host("10.0.0.7").mode = HostMode::kCloses;
  xapi_.host("10.0.0.8").mode = HostMode::kEmergency;
  xapi_.host("10.0.0.9").mode = HostMode::kSupporter;
  xapi_.host("10.0.0.9").master = "10.0.0.5";
  Open();
  Start("c");
  EXPECT_EQ(Await("c", absl::Seconds(2)), "ok");
}

TEST_F(PoolTest, HostsThatNameEachOtherAreNotChasedForEver) {
  AddHosts(2);
  xapi_.host("10.0.0.1").mode = HostMode::kSupporter;
  xapi_.host("10.0.0.1").master = "10.0.0.2";
  Open();
  loop_.RunFor(absl::Seconds(10));
  int logins = xapi_.CountRequests("session.login_with_password");
  EXPECT_GT(logins, 10);
  EXPECT_LT(logins, 400) << "per ten seconds for two hosts";
  xapi_.Restart("10.0.0.2", HostMode::kCoordinator);
  EXPECT_TRUE(loop_.RunUntil(absl::Seconds(1), [&] {
    return pool_->state().phase == PoolState::Phase::kConnected;
  }));
  EXPECT_EQ(Call("c"), "ok");
}

TEST_F(PoolTest, ForeignPoolIsNeverUsed) {
  AddHosts(2);
  Open();
  EXPECT_EQ(Call("before"), "ok");
  // Ejected: a pool of its own now, and quick to answer.
  xapi_.Restart("10.0.0.1", HostMode::kCoordinator);
  xapi_.host("10.0.0.1").pool_uuid = "pool-2";
  xapi_.host("10.0.0.2").mode = HostMode::kRefuses;
  Start("during");
  loop_.RunFor(absl::Seconds(3));
  EXPECT_EQ(xapi_.Executed("during"), 0);
  EXPECT_THAT(pool_->state().problem, HasSubstr("pool-2, not pool-1"));
  xapi_.Restart("10.0.0.2", HostMode::kCoordinator);
  EXPECT_EQ(Await("during", absl::Seconds(2)), "ok");
  loop_.RunFor(absl::Seconds(1));
  EXPECT_EQ(xapi_.host("10.0.0.1").sessions.size(), 0) << "left behind";
}

TEST_F(PoolTest, RestartedCoordinatorIsFoundAgain) {
  AddHosts(2);
  Open();
  EXPECT_EQ(Call("before"), "ok");
  xapi_.Restart("10.0.0.1", HostMode::kRefuses);
  Start("during");
  loop_.RunFor(absl::Seconds(5));
  EXPECT_EQ(outcomes_.count("during"), 0);
  xapi_.Restart("10.0.0.1", HostMode::kCoordinator);
  EXPECT_EQ(Await("during", absl::Seconds(1)), "ok");
  EXPECT_EQ(xapi_.Executed("during"), 1);
}

TEST_F(PoolTest, NewCoordinatorTakesOver) {
  AddHosts(3);
  Open();
  EXPECT_EQ(Call("before"), "ok");
  xapi_.Restart("10.0.0.1", HostMode::kSupporter, "10.0.0.2");
  xapi_.Restart("10.0.0.2", HostMode::kCoordinator);
  Start("during");
  EXPECT_EQ(Await("during", absl::Seconds(1)), "ok");
  EXPECT_EQ(pool_->state().coordinator, "https://10.0.0.2:443");
}

TEST_F(PoolTest, BlipKeepsTheSession) {
  AddHosts(1);
  Open();
  EXPECT_EQ(Call("before"), "ok");
  xapi_.host("10.0.0.1").mode = HostMode::kRefuses;
  Start("during");
  loop_.RunFor(absl::Seconds(1));
  xapi_.host("10.0.0.1").mode = HostMode::kCoordinator;
  EXPECT_EQ(Await("during"), "ok");
  EXPECT_EQ(xapi_.CountRequests("session.login_with_password"), 1);
}

TEST_F(PoolTest, SilentCoordinatorIsNoticed) {
  AddHosts(2);
  Open();
  EXPECT_EQ(Call("before"), "ok");
  xapi_.host("10.0.0.1").mode = HostMode::kHangs;
  Start("once");
  Start("repeatable", true);
  loop_.RunFor(absl::Seconds(12));
  EXPECT_NE(pool_->state().phase, PoolState::Phase::kConnected);
  xapi_.Restart("10.0.0.2", HostMode::kCoordinator);
  EXPECT_EQ(Await("repeatable", absl::Seconds(2)), "ok");
  EXPECT_EQ(Await("once", absl::Seconds(2)), "CONNECTION_LOST/unknown");
}

TEST_F(PoolTest, XmlForHostsWithoutJson) {
  xapi_.host("10.0.0.1").mode = HostMode::kNoJson;
  Open();
  EXPECT_EQ(Call("c"), "ok");
  EXPECT_EQ(pool_->format(), wire::Format::kXmlRpc);
  xapi_.Restart("10.0.0.1", HostMode::kRefuses);
  Start("later");
  loop_.RunFor(absl::Seconds(1));
  xapi_.Restart("10.0.0.1", HostMode::kCoordinator);
  EXPECT_EQ(Await("later"), "ok");
  EXPECT_EQ(pool_->format(), wire::Format::kJsonRpc) << "it was upgraded";
}

TEST_F(PoolTest, ForcedFormats) {
  for (WireChoice wire : {WireChoice::kJsonRpc, WireChoice::kXmlRpc}) {
    AddHosts(1);
    options_.wire = wire;
    Open();
    EXPECT_EQ(Call(absl::StrCat("c", static_cast<int>(wire))), "ok");
    EXPECT_EQ(xapi_.requests().back().xml, wire == WireChoice::kXmlRpc);
    pool_.reset();
    loop_.RunPosted();
  }
}

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
