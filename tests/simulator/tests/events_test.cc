#include "tests/simulator/events.h"

#include "gtest/gtest.h"
#include "tests/simulator/tests/harness.h"
#include "tests/simulator/transitions.h"

namespace xapi_gateway::simulator {
namespace {

struct Batch {
  Value value;

  const Array& events() const {
    return Find(value.members(), "events")->array();
  }
  std::string token() const { return Find(value.members(), "token")->text(); }
  std::string operation(size_t i) const {
    return Find(events()[i].members(), "operation")->text();
  }
  std::string cls(size_t i) const {
    return Find(events()[i].members(), "class")->text();
  }
  bool has_snapshot(size_t i) const {
    return Find(events()[i].members(), "snapshot") != nullptr;
  }
};

class EventsTest : public testing::Test {
 protected:
  Batch From(std::vector<std::string> classes, const std::string& token,
             double timeout = 1.0) {
    return {*pool_.Call("event.from", {ToArray(classes), token, timeout})};
  }
  std::string Now(std::vector<std::string> classes) {
    return From(classes, "").token();
  }

  Harness pool_;
};

TEST_F(EventsTest, BeginsWithEveryObjectOfTheClasses) {
  Batch batch = From({"HOST"}, "");
  ASSERT_EQ(batch.events().size(), 3u);
  EXPECT_EQ(batch.operation(0), "add");
  EXPECT_EQ(batch.cls(0), "host");
  EXPECT_EQ(
      Find(Find(batch.value.members(), "valid_ref_counts")->members(), "host")
          ->v,
      Value(TaggedInt{3}).v);
}

TEST_F(EventsTest, CoalescesChangesAndDropsSnapshotsOfDeletions) {
  std::string vm = pool_.Vm("Halted");
  std::string token = Now({"vm"});
  pool_.Call("VM.set_name_label", {vm, "one"});
  pool_.Call("VM.set_name_label", {vm, "two"});
  Batch batch = From({"vm"}, token);
  ASSERT_EQ(batch.events().size(), 1u);
  EXPECT_EQ(batch.operation(0), "mod");
  std::string gone = pool_.Call("VM.clone", {vm, "gone"})->text();
  Batch added = From({"vm"}, batch.token());
  pool_.Call("VM.destroy", {gone});
  Batch deleted = From({"vm"}, added.token());
  ASSERT_EQ(deleted.events().size(), 1u);
  EXPECT_EQ(deleted.operation(0), "del");
  EXPECT_FALSE(deleted.has_snapshot(0));
  // Created and deleted after the token: nothing to tell.
  EXPECT_EQ(From({"vm/" + gone}, batch.token()).events().size(), 0u);
}

TEST_F(EventsTest, OrdersAddsBeforeModsBeforeDeletions) {
  std::string vm = pool_.Vm("Halted");
  std::string doomed = pool_.Call("VM.clone", {vm, "doomed"})->text();
  std::string token = Now({"vm"});
  pool_.Call("VM.destroy", {doomed});
  pool_.Call("VM.set_name_label", {vm, "changed"});
  pool_.Call("VM.clone", {vm, "new"});
  Batch batch = From({"vm"}, token);
  std::string order;
  for (size_t i = 0; i < batch.events().size(); ++i) {
    order += batch.operation(i) + " ";
  }
  EXPECT_EQ(order, "add mod del ");
}

TEST_F(EventsTest, WaitsForTheTimeoutWhenNothingMatches) {
  for (std::vector<std::string> classes :
       {std::vector<std::string>{}, {"nosuchclass"}, {"session"}}) {
    EXPECT_EQ(From(classes, "").events().size(), 0u);
  }
  std::string future = Token{99999999, 0}.Text();
  Batch batch = From({"vm"}, future);
  EXPECT_EQ(batch.events().size(), 0u);
  EXPECT_EQ(batch.token(), future);
}

TEST_F(EventsTest, RefusesWhatIsNoToken) {
  for (const char* bad : {"x", "1", "1,2,3", "1,x"}) {
    EXPECT_EQ(CodeOf(pool_.Call("event.from", {Array{"vm"}, bad, 1.0})),
              "EVENT_FROM_TOKEN_PARSE_FAILURE")
        << bad;
  }
}

TEST_F(EventsTest, AChangeWakesThoseWhoWait) {
  std::string token = Now({"vm"});
  Harness::Slot slot =
      pool_.Send("event.from", {pool_.session, Array{"vm"}, token, -1.0});
  pool_.engine.Advance(absl::Hours(1));
  EXPECT_FALSE(slot->has_value());
  pool_.Call("VM.set_name_label", {pool_.Vm("Halted"), "wake"});
  pool_.engine.Advance(absl::Seconds(1));
  ASSERT_TRUE(slot->has_value());
  EXPECT_TRUE((*slot)->outcome.ok());
}

TEST_F(EventsTest, LogoutEndsTheWait) {
  std::string token = Now({"vm"});
  Harness::Slot slot =
      pool_.Send("event.from", {pool_.session, Array{"vm"}, token, 100.0});
  pool_.engine.Advance(absl::Seconds(1));
  pool_.Call("session.logout", {});
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ(CodeOf((*slot)->outcome), "SESSION_INVALID");
}

TEST_F(EventsTest, InjectGivesATokenBelowTheChange) {
  std::string vm = pool_.Vm("Halted");
  Outcome token = pool_.Call("event.inject", {"VM", vm});
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(From({"vm/" + vm}, token->text()).events().size(), 1u);
  EXPECT_EQ(CodeOf(pool_.Call("event.inject", {"vm", vm})), "HANDLE_INVALID");
}

TEST_F(EventsTest, OldDeletionsAreForgotten) {
  World& world = pool_.engine.world;
  std::vector<std::string> refs;
  for (size_t i = 0; i < kMaxDeletions + 1; ++i) {
    refs.push_back(world.Create("VDI", {}));
  }
  std::string after = Now({"vdi"});
  for (const std::string& ref : refs) world.db->Destroy("VDI", ref);
  EXPECT_EQ(From({"vdi"}, after).events().size(), kKeptDeletions);
}

TEST_F(EventsTest, MessagesHaveTheirOwnHalfOfTheToken) {
  std::string vm = pool_.Vm("Halted");
  pool_.Call("VM.start", {vm, false, false});
  Batch all = From({"*"}, "");
  Batch without = From({"vm"}, "");
  EXPECT_GT(Token::Parse(all.token())->messages, 0);
  EXPECT_EQ(Token::Parse(without.token())->messages, 0);
  EXPECT_EQ(all.cls(0), "message");
}

TEST_F(EventsTest, AReloadSendsEverythingAgain) {
  std::string token = Now({"host"});
  RestartHost(pool_.engine.world, 0, absl::ZeroDuration());
  pool_.session = pool_.Login("root", kDefaultPassword).text();
  Batch batch = From({"host"}, token);
  ASSERT_EQ(batch.events().size(), 3u);
  EXPECT_EQ(batch.operation(0), "add");
}

TEST_F(EventsTest, TheOlderCallsQueueWhatHappensAfterRegistration) {
  EXPECT_EQ(CodeOf(pool_.Call("event.next", {})), "SESSION_NOT_REGISTERED");
  EXPECT_EQ(CodeOf(pool_.Call("event.register", {Array{"vm"}})), "ok");
  Harness::Slot slot = pool_.Send("event.next", {pool_.session});
  EXPECT_FALSE(slot->has_value());
  std::string vm = pool_.Vm("Halted");
  pool_.Call("VM.set_name_label", {vm, "seen"});
  ASSERT_TRUE(slot->has_value());
  ASSERT_EQ((*slot)->outcome->array().size(), 1u);
  EXPECT_EQ(Find((*slot)->outcome->array()[0].members(), "ref")->text(), vm);
}

}  // namespace
}  // namespace xapi_gateway::simulator
