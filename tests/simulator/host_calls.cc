#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/behaviour.h"
#include "tests/simulator/codec.h"
#include "tests/simulator/transitions.h"
#include "tests/simulator/types.h"
#include "tests/simulator/vm_state.h"

// Hosts: maintenance, evacuation, restarts, and what they tell of themselves.
namespace xapi_gateway::simulator {
namespace {

// An agent that is asked to restart answers the call first.
constexpr absl::Duration kAgentRestartDelay = absl::Milliseconds(500);
constexpr absl::Duration kRebootTime = absl::Seconds(20);

Outcome SetEnabled(World& world, const std::string& host, bool enabled) {
  world.db->Set("host", host, "enabled", enabled);
  UpdateAllowedOperations(world, "host", host);
  return Void();
}
Outcome Enable(World& world, const Invocation& call) {
  return SetEnabled(world, call.text(0), true);
}
Outcome Disable(World& world, const Invocation& call) {
  return SetEnabled(world, call.text(0), false);
}

std::vector<std::string> Guests(const World& world, const std::string& host) {
  std::vector<std::string> guests;
  for (const std::string& vm :
       ToTexts(world.db->Get("host", host, "resident_VMs"))) {
    if (!world.db->Get("VM", vm, "is_control_domain").boolean()) {
      guests.push_back(vm);
    }
  }
  return guests;
}

Error CanEvacuate(World& world, const Invocation& call) {
  for (const HostState& host : world.hosts) {
    if (host.ref != call.text(0) && !RequireUsableHost(world, host.ref)) {
      return {};
    }
  }
  return Guests(world, call.text(0)).empty() ? Error{}
                                             : Error{{"NO_HOSTS_AVAILABLE"}};
}

Outcome Evacuate(World& world, const Invocation& call) {
  bool enabled = world.db->Get("host", call.text(0), "enabled").boolean();
  SetEnabled(world, call.text(0), false);
  for (const std::string& vm : Guests(world, call.text(0))) {
    std::string target = ChooseHost(world);
    if (target.empty()) return Error{{"NO_HOSTS_AVAILABLE"}};
    SetRunning(world, vm, target, PowerState(world, vm));
    AnnounceVm(world, vm, "VM_MIGRATED", "migrated by an evacuation");
  }
  return SetEnabled(world, call.text(0), enabled);
}

Outcome PreventEvacuation(World&, const Invocation&) { return Value(Struct{}); }
Outcome Nothing(World&, const Invocation&) { return Void(); }

Outcome ServerTime(World& world, const Invocation&) {
  return Value(DateTime{world.WireNow()});
}
// Local time has no zone.
Outcome LocalTime(World& world, const Invocation&) {
  std::string text = world.WireNow();
  text.pop_back();
  return Value(DateTime{text});
}

Outcome InEmergency(World& world, const Invocation& call) {
  return Value(static_cast<bool>(world.hosts[call.host].emergency));
}

Outcome RestartAgent(World& world, const Invocation& call) {
  int host = world.HostIndex(call.text(0));
  if (host < 0) return Void();
  world.After(kAgentRestartDelay, [&world, host] {
    RestartHost(world, host, world.Period(kStartTime));
  });
  return Void();
}

Outcome ShutdownAgent(World& world, const Invocation& call) {
  int host = call.host;
  world.After(kAgentRestartDelay, [&world, host] { StopHost(world, host); });
  return Void();
}

Error IsDisabled(World& world, const Invocation& call) {
  if (world.db->Get("host", call.text(0), "enabled").boolean()) {
    return Error{{"HOST_NOT_DISABLED"}};
  }
  if (!Guests(world, call.text(0)).empty()) {
    return Error{{"HOST_HAS_RESIDENT_VMS", call.text(0)}};
  }
  return {};
}

Outcome Reboot(World& world, const Invocation& call) {
  int host = world.HostIndex(call.text(0));
  if (host < 0) return Void();
  world.After(kAgentRestartDelay, [&world, host] {
    RestartHost(world, host, world.Period(kRebootTime));
  });
  return Void();
}

Outcome Shutdown(World& world, const Invocation& call) {
  int host = world.HostIndex(call.text(0));
  if (host < 0) return Void();
  world.After(kAgentRestartDelay, [&world, host] { StopHost(world, host); });
  return Void();
}

Outcome PowerOn(World& world, const Invocation& call) {
  int host = world.HostIndex(call.text(0));
  if (host >= 0) StartHost(world, host);
  return Void();
}

// What VM.migrate_send is to be given to reach this host.
Outcome MigrateReceive(World& world, const Invocation& call) {
  std::string address = world.db->Get("host", call.text(0), "address").text();
  std::string url = absl::StrCat("https://", address, "/services");
  return Value(Struct{{"host", call.text(0)},
                      {"session_id", call.session},
                      {"xenops", url + "/xenops"},
                      {"SM", url + "/SM"},
                      {"master", absl::StrCat("https://", address)}});
}

Outcome FreeMemory(World& world, const Invocation& call) {
  std::string metrics = world.db->Get("host", call.text(0), "metrics").text();
  return world.db->Get("host_metrics", metrics, "memory_free");
}

// "echo" gives its arguments back as text, "fail" fails with the text given.
Outcome CallPlugin(World&, const Invocation& call) {
  const Value* text = Find(call.args[3].members(), "text");
  if (call.text(2) == "echo") return Value(ToJson(call.args[3]));
  if (call.text(2) == "fail") {
    return Error{{"SIMULATED_PLUGIN_FAILURE", text ? text->text() : ""}};
  }
  return Void();
}

// A source that has no data answers NaN, as the real one does.
Outcome QueryDataSource(World& world, const Invocation& call) {
  return Value(absl::StartsWith(call.text(1), "cpu") ? world.ids.Fraction()
                                                     : std::nan(""));
}

Outcome DataSources(World&, const Invocation&) {
  Array sources;
  for (const char* name : {"cpu0", "cpu1", "memory_total_kib"}) {
    sources.push_back(Struct{{"name_label", name},
                             {"name_description", "A simulated source"},
                             {"enabled", true},
                             {"standard", true},
                             {"units", "(fraction)"},
                             {"min", 0.0},
                             {"max", 1.0},
                             {"value", 0.25}});
  }
  return Value(std::move(sources));
}

Error NotImplemented(World&, const Invocation& call) {
  return Error{{"NOT_IMPLEMENTED", call.message->full_name}};
}

constexpr Behaviour kTable[] = {
    {"host.enable", nullptr, Enable, 0.05},
    {"host.disable", nullptr, Disable, 0.05},
    {"host.assert_can_evacuate", CanEvacuate, Nothing},
    {"host.get_vms_which_prevent_evacuation", nullptr, PreventEvacuation},
    {"host.evacuate", CanEvacuate, Evacuate, 0.5, "evacuate"},
    {"host.get_servertime", nullptr, ServerTime},
    {"host.get_server_localtime", nullptr, LocalTime},
    {"host.is_in_emergency_mode", nullptr, InEmergency},
    {"host.restart_agent", nullptr, RestartAgent},
    {"host.shutdown_agent", nullptr, ShutdownAgent},
    {"host.reboot", IsDisabled, Reboot},
    {"host.shutdown", IsDisabled, Shutdown},
    {"host.power_on", nullptr, PowerOn},
    {"host.migrate_receive", nullptr, MigrateReceive},
    {"host.compute_free_memory", nullptr, FreeMemory},
    {"host.call_plugin", nullptr, CallPlugin, 0.05},
    {"host.query_data_source", nullptr, QueryDataSource},
    {"VM.query_data_source", nullptr, QueryDataSource},
    {"SR.query_data_source", nullptr, QueryDataSource},
    {"host.get_data_sources", nullptr, DataSources},
    {"VM.get_data_sources", nullptr, DataSources},
    {"SR.get_data_sources", nullptr, DataSources},
    {"host.list_methods", NotImplemented, nullptr},
    {"console.create", NotImplemented, nullptr},
    {"console.destroy", NotImplemented, nullptr},
};

}  // namespace

absl::Span<const Behaviour> HostBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
