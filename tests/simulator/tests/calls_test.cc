#include "gtest/gtest.h"
#include "tests/simulator/events.h"
#include "tests/simulator/tests/harness.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

using Errors = std::vector<std::string>;

TEST(CallsTest, ChecksInTheRealServersOrder) {
  Harness pool;
  std::string vm = pool.Vm("Running");
  EXPECT_EQ(
      pool.Raw("VM.get_record", {}).error().text,
      (Errors{"MESSAGE_PARAMETER_COUNT_MISMATCH", "VM.get_record", "1", "-1"}));
  EXPECT_EQ(
      pool.Call("VM.get_record", {vm, vm, vm}).error().text,
      (Errors{"MESSAGE_PARAMETER_COUNT_MISMATCH", "VM.get_record", "1", "3"}));
  // A wrong type shows before a wrong session.
  EXPECT_EQ(
      pool.Raw("VM.set_is_a_template", {"none", vm, "x"}).error().text,
      (Errors{"INTERNAL_ERROR", "Failure(\"Expected bool, got 'S(x)'\")"}));
  EXPECT_EQ(pool.Raw("VM.get_all", {"none"}).error().text,
            (Errors{"SESSION_INVALID", "none"}));
  EXPECT_EQ(pool.Call("Async.VM.get_record", {vm}).error().text[0], "Fault");
  EXPECT_EQ(pool.Call("Async.VM.nothing", {}).error().text,
            (Errors{"MESSAGE_METHOD_UNKNOWN", "VM.nothing"}));
  EXPECT_EQ(CodeOf(pool.Call("VMPP.get_all", {})), "MESSAGE_REMOVED");
  EXPECT_EQ(CodeOf(pool.Call("VM_get_all", {})), "ok");
}

// Messages after which the coordinator or the session is gone, or that wait.
bool EndsTheConversation(const Message& message) {
  static constexpr absl::string_view kNames[] = {
      "event.next",
      "session.logout",
      "pool.designate_new_master",
      "pool.emergency_transition_to_master",
      "pool.emergency_reset_master",
      "host.restart_agent",
      "host.shutdown_agent",
      "host.reboot",
      "host.shutdown"};
  for (absl::string_view name : kNames) {
    if (name == message.full_name) return true;
  }
  return false;
}

TEST(CallsTest, AnswersEveryMessageWithItsType) {
  Harness pool;
  const Model& model = *pool.engine.world.model;
  size_t called = 0;
  for (const Class& cls : model.classes()) {
    for (const Message& message : cls.messages) {
      if (!message.needs_session || EndsTheConversation(message)) continue;
      std::vector<Value> args;
      for (const Param& param : message.params) {
        args.push_back(ZeroValue(param.type));
        std::vector<std::string> refs;
        if (param.type.kind == Type::Kind::kRef &&
            model.FindClass(param.type.name)) {
          refs = pool.engine.world.db->Refs(param.type.name);
        }
        if (!refs.empty()) args.back() = Value(refs.front());
      }
      Harness::Slot slot = [&] {
        args.insert(args.begin(), Value(pool.session));
        return pool.Send(message.full_name, args);
      }();
      pool.engine.Advance(absl::Seconds(3));
      ASSERT_TRUE(slot->has_value()) << message.full_name;
      const Outcome& outcome = (*slot)->outcome;
      ++called;
      if (!outcome.ok()) continue;
      EXPECT_TRUE(Decode(message.result, *outcome).ok() ||
                  message.result.kind == Type::Kind::kOption)
          << message.full_name;
    }
  }
  EXPECT_GT(called, 2200u);
}

TEST(CallsTest, PermitsByRole) {
  Harness pool;
  std::string vm = pool.Vm("Running");
  Value reader = pool.Login("read-only", kDefaultPassword);
  Value op = pool.Login("vm-operator", kDefaultPassword);
  EXPECT_EQ(CodeOf(pool.Raw("VM.get_record", {reader, vm})), "ok");
  Outcome denied = pool.Raw("VM.set_name_label", {reader, vm, "x"});
  EXPECT_EQ(denied.error().text[0], "RBAC_PERMISSION_DENIED");
  EXPECT_EQ(denied.error().text[1], "vm.set_name_label");
  Outcome keyed = pool.Raw("VM.add_to_other_config", {op, vm, "pci", "1"});
  EXPECT_EQ(keyed.error().text[1], "vm.add_to_other_config/key:pci");
  EXPECT_EQ(CodeOf(pool.Raw("VM.add_to_other_config", {op, vm, "folder", "1"})),
            "ok");
  // A denied asynchronous call still gives a task, which then fails.
  Outcome task = pool.Raw("Async.VM.destroy", {reader, vm});
  ASSERT_TRUE(task.ok());
  pool.engine.Advance(absl::Seconds(1));
  EXPECT_EQ(pool.Get("task", task->text(), "status").text(), "failure");
  EXPECT_EQ(ToTexts(pool.Get("task", task->text(), "error_info"))[0],
            "RBAC_PERMISSION_DENIED");
}

TEST(CallsTest, SupportersPointToTheCoordinator) {
  Harness pool;
  EXPECT_EQ(pool.Raw("session.login_with_password",
                     {"root", kDefaultPassword, "1.0", ""}, 1)
                .error()
                .text,
            (Errors{"HOST_IS_SLAVE", "127.0.0.2"}));
  EXPECT_EQ(pool.Raw("VM.get_all", {pool.session}, 2).error().text,
            (Errors{"HOST_IS_SLAVE", "127.0.0.2"}));
  EXPECT_EQ(CodeOf(pool.Raw("VM.get_all", {"none"}, 2)), "SESSION_INVALID");
  // With the coordinator gone a login still answers, other calls hang.
  pool.engine.world.hosts[0].up = false;
  EXPECT_EQ(pool.Raw("session.login_with_password",
                     {"root", kDefaultPassword, "1.0", ""}, 1)
                .error()
                .text[0],
            "HOST_IS_SLAVE");
  Harness::Slot slot = pool.Send("VM.get_all", {pool.session}, 1);
  pool.engine.Advance(absl::Hours(1));
  EXPECT_FALSE(slot->has_value());
}

TEST(CallsTest, EmergencyModeFailsBeforeDispatch) {
  Harness pool;
  pool.engine.world.hosts[1].emergency = Error{{"HOST_STILL_BOOTING"}};
  Harness::Slot slot = pool.Send("VM.get_all", {"none"}, 1);
  ASSERT_TRUE(slot->has_value());
  EXPECT_TRUE((*slot)->shape.pre_dispatch);
  EXPECT_EQ(CodeOf((*slot)->outcome), "HOST_STILL_BOOTING");
  Outcome local = pool.Raw("session.slave_local_login_with_password",
                           {"root", kDefaultPassword}, 1);
  ASSERT_TRUE(local.ok());
  EXPECT_EQ(*pool.Raw("host.is_in_emergency_mode", {*local}, 1), Value(true));
}

TEST(CallsTest, PrescribedAnswersComeAsToldAndAreRecorded) {
  Harness pool;
  pool.engine.dispatcher.scripts().Set("VM.get_power_state", Value("Dreaming"),
                                       1);
  std::string vm = pool.Vm("Running");
  int64_t before = pool.engine.dispatcher.history().After(0).back().id;
  EXPECT_EQ(*pool.Call("VM.get_power_state", {vm}), Value("Dreaming"));
  EXPECT_EQ(*pool.Call("VM.get_power_state", {vm}), Value("Running"));
  auto calls = pool.engine.dispatcher.history().After(before);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].method, "VM.get_power_state");
  EXPECT_EQ(calls[0].args, "[\"" + vm + "\"]");
  EXPECT_EQ(calls[0].user, "root");
  EXPECT_EQ(calls[0].result, "\"Dreaming\"");
}

struct FilterCase {
  const char* text;
  const char* answer;  // a count, or an error code
};

TEST(FilterTest, UnderstandsTheLanguage) {
  Harness pool;
  constexpr FilterCase kCases[] = {
      {"true", "3"},
      {"false", "0"},
      {"field \"name__label\" = \"host-1\"", "1"},
      {"not field \"name__label\" = \"host-1\"", "2"},
      {"field \"enabled\" = \"true\"", "3"},
      {"field \"hostname\"=\"host-1\" or field \"hostname\"=\"host-2\"", "2"},
      // One precedence, to the left: (true or true) and false.
      {"true or true and false", "0"},
      {"true or (true and false)", "3"},
      {"\"a\" = \"a\"", "3"},
      {"field \"nothing\" = \"x\"", "INTERNAL_ERROR"},
      {"garbage ((", "INVALID_VALUE"},
      {"(true", "INVALID_VALUE"},
      {"", "INVALID_VALUE"},
  };
  for (const FilterCase& c : kCases) {
    Outcome found = pool.Call("host.get_all_records_where", {c.text});
    EXPECT_EQ(
        found.ok() ? std::to_string(found->members().size()) : CodeOf(found),
        c.answer)
        << c.text;
  }
}

TEST(FieldsTest, MapsAndSetsKeepTheirRules) {
  Harness pool;
  std::string vm = pool.Vm("Halted");
  EXPECT_EQ(CodeOf(pool.Call("VM.add_to_other_config", {vm, "k", "v"})), "ok");
  EXPECT_EQ(pool.Call("VM.add_to_other_config", {vm, "k", "v"}).error().text,
            (Errors{"MAP_DUPLICATE_KEY", "VM", "other_config", vm, "k"}));
  EXPECT_EQ(CodeOf(pool.Call("VM.remove_from_other_config", {vm, "no"})), "ok");
  int64_t before = pool.engine.world.db->generation();
  pool.Call("VM.set_name_label", {vm, pool.Get("VM", vm, "name_label")});
  EXPECT_EQ(pool.engine.world.db->generation(), before);
  EXPECT_EQ(CodeOf(pool.Call("VM.set_name_label", {vm, "a\x01z"})),
            "INTERNAL_ERROR");
  EXPECT_EQ(CodeOf(pool.Call("VM.get_by_uuid", {"none"})), "UUID_INVALID");
}

}  // namespace
}  // namespace xapi_gateway::simulator
