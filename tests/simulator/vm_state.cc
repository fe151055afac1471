#include "tests/simulator/vm_state.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

void SetDevices(World& world, const std::string& vm, bool attached) {
  Database& db = *world.db;
  for (const char* cls : {"VBD", "VIF"}) {
    std::string field = absl::StrCat(cls, "s");
    for (const std::string& device : ToTexts(db.Get("VM", vm, field))) {
      db.Set(cls, device, "currently_attached", attached);
      UpdateAllowedOperations(world, cls, device);
      if (db.Get(cls, device, "VDI").text().empty()) continue;
      UpdateAllowedOperations(world, "VDI", db.Get(cls, device, "VDI").text());
    }
  }
}

void SetMetrics(World& world, const std::string& vm, bool running) {
  Database& db = *world.db;
  std::string metrics = db.Get("VM", vm, "metrics").text();
  DateTime now{world.WireNow()};
  if (running) {
    db.Set("VM_metrics", metrics, "start_time", now);
    db.Set("VM_metrics", metrics, "memory_actual",
           db.Get("VM", vm, "memory_static_max"));
    db.Set("VM_metrics", metrics, "VCPUs_number",
           db.Get("VM", vm, "VCPUs_max"));
  }
  db.Set("VM_metrics", metrics, "last_updated", now);
}

void MakeGuestMetrics(World& world, const std::string& vm) {
  Database& db = *world.db;
  if (!IsNullRef(db.Get("VM", vm, "guest_metrics").text())) return;
  std::string metrics = world.Create(
      "VM_guest_metrics",
      {{"os_version", Struct{{"name", "Debian GNU/Linux 12"},
                             {"distro", "debian"},
                             {"major", "12"},
                             {"uname", "6.1.0"}}},
       {"PV_drivers_version", Struct{{"major", "8"}, {"minor", "4"}}},
       {"PV_drivers_detected", true},
       {"PV_drivers_up_to_date", true},
       {"networks", Struct{{"0/ip", "10.0.0.10"}, {"0/ipv4/0", "10.0.0.10"}}},
       {"last_updated", DateTime{world.WireNow()}},
       {"live", true}});
  db.Set("VM", vm, "guest_metrics", metrics);
}

void SetConsole(World& world, const std::string& vm, const std::string& host) {
  Database& db = *world.db;
  for (const std::string& ref : ToTexts(db.Get("VM", vm, "consoles"))) {
    db.Destroy("console", ref);
  }
  if (host.empty()) return;
  std::string uuid = world.ids.Uuid();
  world.Create("console", {{"uuid", uuid},
                           {"protocol", "rfb"},
                           {"location",
                            absl::StrCat("https://",
                                         db.Get("host", host, "address").text(),
                                         "/console?uuid=", uuid)},
                           {"VM", vm}});
}

}  // namespace

std::string PowerState(const World& world, const std::string& vm) {
  return world.db->Get("VM", vm, "power_state").text();
}

Error RequireState(const World& world, const std::string& vm,
                   const std::vector<std::string>& states,
                   absl::string_view operation) {
  const Database& db = *world.db;
  if (db.Get("VM", vm, "is_a_template").boolean()) {
    return Error{{"VM_IS_TEMPLATE", vm}};
  }
  const Value* blocked =
      Find(db.Get("VM", vm, "blocked_operations").members(), operation);
  if (blocked) return Error{{"OPERATION_BLOCKED", vm, blocked->text()}};
  std::string state = PowerState(world, vm);
  if (std::find(states.begin(), states.end(), state) != states.end()) return {};
  return Error{{"VM_BAD_POWER_STATE", vm,
                absl::AsciiStrToLower(absl::StrJoin(states, ", ")),
                absl::AsciiStrToLower(state)}};
}

Error RequireUsableHost(const World& world, const std::string& host) {
  const Database& db = *world.db;
  if (!db.Has("host", host)) return Error{{"HANDLE_INVALID", "host", host}};
  int index = world.HostIndex(host);
  bool live = index >= 0 && world.hosts[index].up;
  if (!live) return Error{{"HOST_OFFLINE", host}};
  if (!db.Get("host", host, "enabled").boolean()) {
    return Error{{"HOST_DISABLED", host}};
  }
  return {};
}

std::string ChooseHost(const World& world) {
  std::string best;
  size_t fewest = 0;
  for (const HostState& host : world.hosts) {
    if (RequireUsableHost(world, host.ref)) continue;
    size_t vms = world.db->Get("host", host.ref, "resident_VMs").array().size();
    if (best.empty() || vms < fewest) {
      best = host.ref;
      fewest = vms;
    }
  }
  return best;
}

void SetRunning(World& world, const std::string& vm, const std::string& host,
                const std::string& state) {
  Database& db = *world.db;
  db.Set("VM", vm, "resident_on", host);
  db.Set("VM", vm, "scheduled_to_be_resident_on", std::string(kNullRef));
  db.Set("VM", vm, "domid", static_cast<int64_t>(1 + world.ids.Below(30000)));
  db.Set("VM", vm, "domarch", "x64");
  db.Set("VM", vm, "memory_target", db.Get("VM", vm, "memory_dynamic_max"));
  db.Set("VM", vm, "power_state", state);
  SetMetrics(world, vm, true);
  MakeGuestMetrics(world, vm);
  SetConsole(world, vm, host);
  SetDevices(world, vm, true);
  UpdateAllowedOperations(world, "VM", vm);
}

void SetStopped(World& world, const std::string& vm, const std::string& state) {
  Database& db = *world.db;
  db.Set("VM", vm, "resident_on", std::string(kNullRef));
  db.Set("VM", vm, "domid", int64_t{-1});
  db.Set("VM", vm, "domarch", "");
  db.Set("VM", vm, "power_state", state);
  std::string guest = db.Get("VM", vm, "guest_metrics").text();
  db.Set("VM", vm, "guest_metrics", std::string(kNullRef));
  db.Destroy("VM_guest_metrics", guest);
  SetMetrics(world, vm, false);
  SetConsole(world, vm, "");
  SetDevices(world, vm, false);
  UpdateAllowedOperations(world, "VM", vm);
}

void AnnounceVm(World& world, const std::string& vm, const std::string& name,
                const std::string& what) {
  std::string uuid = world.db->Get("VM", vm, "uuid").text();
  world.Announce(
      name, 5, "VM", uuid,
      absl::StrCat("VM '", world.db->Get("VM", vm, "name_label").text(),
                   "' (uuid: ", uuid, ") ", what));
}

}  // namespace xapi_gateway::simulator
