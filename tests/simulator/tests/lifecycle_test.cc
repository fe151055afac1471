#include "gtest/gtest.h"
#include "tests/simulator/sessions.h"
#include "tests/simulator/tasks.h"
#include "tests/simulator/tests/harness.h"
#include "tests/simulator/transitions.h"

namespace xapi_gateway::simulator {
namespace {

struct PowerCase {
  const char* method;
  const char* from;
  const char* to;  // a state, or an error code
  int flags;       // how many boolean arguments
};

TEST(VmTest, PowerCycle) {
  constexpr PowerCase kCases[] = {
      {"VM.start", "Halted", "Running", 2},
      {"VM.start", "Running", "VM_BAD_POWER_STATE", 2},
      {"VM.clean_shutdown", "Running", "Halted", 0},
      {"VM.clean_shutdown", "Halted", "VM_BAD_POWER_STATE", 0},
      {"VM.hard_shutdown", "Suspended", "Halted", 0},
      {"VM.hard_shutdown", "Paused", "Halted", 0},
      {"VM.clean_reboot", "Running", "Running", 0},
      {"VM.hard_reboot", "Halted", "VM_BAD_POWER_STATE", 0},
      {"VM.suspend", "Running", "Suspended", 0},
      {"VM.resume", "Suspended", "Running", 2},
      {"VM.resume", "Running", "VM_BAD_POWER_STATE", 2},
      {"VM.pause", "Running", "Paused", 0},
      {"VM.unpause", "Paused", "Running", 0},
  };
  for (const PowerCase& c : kCases) {
    Harness pool;
    std::string vm = pool.Vm(c.from);
    std::vector<Value> args(1 + c.flags, Value(false));
    args[0] = Value(vm);
    Outcome outcome = pool.Call(c.method, args);
    EXPECT_EQ(outcome.ok() ? pool.Get("VM", vm, "power_state").text()
                           : CodeOf(outcome),
              c.to)
        << c.method << " from " << c.from;
  }
}

TEST(VmTest, StartMovesItsOperationsAndPlacesIt) {
  Harness pool;
  std::string vm = pool.Vm("Halted");
  Outcome task = pool.Call("Async.VM.start", {vm, false, false});
  ASSERT_TRUE(task.ok());
  pool.engine.Advance(absl::Milliseconds(100));
  EXPECT_EQ(pool.Get("VM", vm, "current_operations"),
            Value(Struct{{task->text(), "start"}}));
  EXPECT_EQ(pool.Get("VM", vm, "allowed_operations"), Value(Array{}));
  double progress = *pool.Get("task", task->text(), "progress").As<double>();
  EXPECT_GT(progress, 0.0);
  EXPECT_LT(progress, 1.0);
  pool.engine.Advance(absl::Seconds(1));
  EXPECT_EQ(pool.Get("task", task->text(), "status").text(), "success");
  EXPECT_EQ(pool.Get("task", task->text(), "result").text(), "<value></value>");
  EXPECT_EQ(pool.Get("VM", vm, "current_operations"), Value(Struct{}));
  std::string host = pool.Get("VM", vm, "resident_on").text();
  auto residents = ToTexts(pool.Get("host", host, "resident_VMs"));
  EXPECT_NE(std::find(residents.begin(), residents.end(), vm), residents.end());
}

TEST(VmTest, CloneAndDestroyKeepReferencesConsistent) {
  Harness pool;
  std::string vm = pool.Vm("Halted");
  size_t disks = pool.engine.world.db->Refs("VBD").size();
  Outcome copy = pool.Call("VM.clone", {vm, "copy"});
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(pool.Get("VM", copy->text(), "VBDs").array().size(), 2u);
  for (const std::string& vbd : ToTexts(pool.Get("VM", copy->text(), "VBDs"))) {
    EXPECT_EQ(pool.Get("VBD", vbd, "VM").text(), copy->text());
  }
  EXPECT_EQ(CodeOf(pool.Call("VM.destroy", {copy->text()})), "ok");
  EXPECT_EQ(pool.engine.world.db->Refs("VBD").size(), disks);
  EXPECT_EQ(CodeOf(pool.Call("VM.get_record", {copy->text()})),
            "HANDLE_INVALID");
}

TEST(VmTest, SnapshotAndRevert) {
  Harness pool;
  std::string vm = pool.Vm("Running");
  Outcome snapshot = pool.Call("VM.snapshot", {vm, "snap"});
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(pool.Get("VM", snapshot->text(), "snapshot_of").text(), vm);
  EXPECT_EQ(CodeOf(pool.Call("VM.revert", {snapshot->text()})), "ok");
  EXPECT_EQ(pool.Get("VM", vm, "power_state").text(), "Halted");
  EXPECT_EQ(CodeOf(pool.Call("VM.revert", {vm})),
            "REVERT_ONLY_ALLOWED_ON_SNAPSHOT");
}

TEST(TaskTest, CancelEndsAnOperation) {
  Harness pool;
  std::string vm = pool.Vm("Halted");
  Outcome task = pool.Call("Async.VM.start", {vm, false, false});
  pool.engine.Advance(absl::Milliseconds(20));
  EXPECT_EQ(CodeOf(pool.Call("task.cancel", {task->text()})), "ok");
  pool.engine.Advance(absl::Seconds(1));
  EXPECT_EQ(pool.Get("task", task->text(), "status").text(), "cancelled");
  EXPECT_EQ(pool.Get("task", task->text(), "error_info"), Value(Array{}));
  EXPECT_EQ(pool.Get("VM", vm, "power_state").text(), "Halted");
  EXPECT_EQ(CodeOf(pool.Call("task.destroy", {task->text()})), "ok");
  EXPECT_FALSE(pool.engine.world.db->Has("task", task->text()));
}

TEST(TaskTest, FinishedTasksAreCollectedByAgeAndNumber) {
  Harness pool;
  World& world = pool.engine.world;
  std::string old = StartTask(world, "old", pool.session);
  FinishTask(world, old, Void());
  pool.engine.Advance(kFinishedTaskAge + absl::Minutes(2));
  EXPECT_FALSE(world.db->Has("task", old));
  for (size_t i = 0; i < kMaxTasks + 1; ++i) {
    FinishTask(world, StartTask(world, "many", pool.session), Void());
  }
  CollectTasks(world);
  EXPECT_EQ(world.db->Refs("task").size(), 0u);  // beyond 200, all go
}

TEST(SessionTest, SurplusAndIdleSessionsGoOldestFirst) {
  Harness pool;
  std::vector<std::string> sessions;
  for (size_t i = 0; i < kMaxSessionsPerUser + 2; ++i) {
    sessions.push_back(pool.Login("vm-admin", kDefaultPassword).text());
    pool.engine.Advance(absl::Seconds(i < 2 ? 1 : 0));
  }
  pool.engine.Advance(absl::Seconds(31));
  EXPECT_EQ(CodeOf(pool.Raw("VM.get_all", {sessions[0]})), "SESSION_INVALID");
  EXPECT_EQ(CodeOf(pool.Raw("VM.get_all", {sessions[1]})), "SESSION_INVALID");
  EXPECT_EQ(CodeOf(pool.Raw("VM.get_all", {sessions[2]})), "ok");
  pool.engine.Advance(kSessionIdleLimit + absl::Hours(1));
  EXPECT_EQ(CodeOf(pool.Raw("VM.get_all", {sessions[2]})), "SESSION_INVALID");
}

TEST(SessionTest, AWrongPasswordTakesItsTime) {
  Harness pool;
  Harness::Slot slot = pool.Send("session.login_with_password",
                                 {"root", "wrong", "1.0", "test"});
  pool.engine.Advance(absl::Seconds(1));
  EXPECT_FALSE(slot->has_value());
  pool.engine.Advance(absl::Seconds(1.5));
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ(CodeOf((*slot)->outcome), "SESSION_AUTHENTICATION_FAILED");
}

TEST(TransitionTest, ARestartForgetsSessionsAndTasks) {
  Harness pool;
  World& world = pool.engine.world;
  std::string task = StartTask(world, "x", pool.session);
  int64_t generation = world.db->generation();
  RestartHost(world, 0, absl::ZeroDuration());
  EXPECT_EQ(CodeOf(pool.Call("VM.get_all", {})), "SESSION_INVALID");
  EXPECT_FALSE(world.db->Has("task", task));
  EXPECT_GT(world.db->generation(), generation);
}

TEST(TransitionTest, AnotherHostIsDesignated) {
  Harness pool;
  World& world = pool.engine.world;
  EXPECT_EQ(
      CodeOf(pool.Call("pool.designate_new_master", {world.hosts[1].ref})),
      "ok");
  EXPECT_EQ(world.coordinator, 0);  // nothing switches before the call answers
  pool.engine.Advance(absl::Seconds(30));
  EXPECT_EQ(world.coordinator, 1);
  EXPECT_EQ(world.db->Get("pool", world.pool_ref(), "master").text(),
            world.hosts[1].ref);
  EXPECT_EQ(pool.Raw("session.login_with_password",
                     {"root", kDefaultPassword, "1.0", ""}, 0)
                .error()
                .text,
            (std::vector<std::string>{"HOST_IS_SLAVE", "127.0.0.3"}));
  EXPECT_EQ(pool.Login("root", kDefaultPassword, 1).text().rfind("Opaque", 0),
            0u);
  EXPECT_FALSE(world.hosts[2].emergency);
}

TEST(TransitionTest, ABackupTakesTheGenerationBack) {
  Harness pool;
  World& world = pool.engine.world;
  world.hosts[2].backup = std::make_shared<Database>(*world.db);
  std::string vm = pool.Vm("Halted");
  for (int i = 0; i < 50; ++i) {
    pool.Call("VM.set_name_label", {vm, "v" + std::to_string(i)});
  }
  Outcome lost = pool.Call("VM.clone", {vm, "lost"});
  int64_t before = world.db->generation();
  BecomeCoordinator(world, 2, world.hosts[2].backup);
  EXPECT_LT(world.db->generation(), before);
  EXPECT_FALSE(world.db->Has("VM", lost->text()));
  EXPECT_NE(world.db->Get("VM", vm, "name_label").text(), "v49");
}

TEST(HostTest, EvacuationMovesEveryGuest) {
  Harness pool;
  World& world = pool.engine.world;
  std::string host = world.hosts[1].ref;
  EXPECT_EQ(CodeOf(pool.Call("host.disable", {host})), "ok");
  EXPECT_EQ(CodeOf(pool.Call("host.evacuate", {host})), "ok");
  EXPECT_EQ(pool.Get("host", host, "resident_VMs").array().size(), 1u);
  EXPECT_EQ(pool.Get("host", host, "enabled"), Value(false));
}

}  // namespace
}  // namespace xapi_gateway::simulator
