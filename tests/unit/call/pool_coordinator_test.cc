// Every transition of the coordinator, and the sessions and formats that go
// with it.
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
using ::xapi_gateway::testing::HostMode;

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

}  // namespace
}  // namespace xapi_gateway::call
