#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/behaviour.h"
#include "tests/simulator/generic.h"
#include "tests/simulator/plausible.h"
#include "tests/simulator/types.h"
#include "tests/simulator/vm_state.h"

// Disks, drives, storage repositories and how hosts reach them.
namespace xapi_gateway::simulator {
namespace {

bool IsAttached(const World& world, const std::string& vdi) {
  for (const std::string& vbd : ToTexts(world.db->Get("VDI", vdi, "VBDs"))) {
    if (world.db->Get("VBD", vbd, "currently_attached").boolean()) return true;
  }
  return false;
}

template <const char* operation>
Error NotInUse(World& world, const Invocation& call) {
  if (!IsAttached(world, call.text(0))) return {};
  return Error{{"VDI_IN_USE", call.text(0), operation}};
}

constexpr char kDestroy[] = "destroy";
constexpr char kResize[] = "resize";
constexpr char kForget[] = "forget";

Outcome CreateVdi(World& world, const Invocation& call) {
  Outcome vdi = RunGeneric(world, call);
  if (!vdi.ok()) return vdi;
  world.db->Set("VDI", vdi->text(), "managed", true);
  world.db->Set("VDI", vdi->text(), "location", world.ids.Uuid());
  return vdi;
}

Outcome DestroyVdi(World& world, const Invocation& call) {
  for (const std::string& vbd :
       ToTexts(world.db->Get("VDI", call.text(0), "VBDs"))) {
    world.db->Destroy("VBD", vbd);
  }
  world.db->Destroy("VDI", call.text(0));
  return Void();
}

std::string CopyOf(World& world, const std::string& vdi, const Value& sr) {
  std::string copy = world.Create("VDI", {{"SR", sr}});
  for (const char* field :
       {"name_label", "name_description", "virtual_size", "type", "sharable",
        "physical_utilisation", "sm_config", "managed"}) {
    world.db->Set("VDI", copy, field, world.db->Get("VDI", vdi, field));
  }
  UpdateAllowedOperations(world, "VDI", copy);
  return copy;
}

Outcome CloneVdi(World& world, const Invocation& call) {
  return Value(
      CopyOf(world, call.text(0), world.db->Get("VDI", call.text(0), "SR")));
}

Outcome SnapshotVdi(World& world, const Invocation& call) {
  std::string copy = CloneVdi(world, call)->text();
  world.db->Set("VDI", copy, "is_a_snapshot", true);
  world.db->Set("VDI", copy, "snapshot_of", call.text(0));
  world.db->Set("VDI", copy, "snapshot_time", DateTime{world.WireNow()});
  return Value(copy);
}

Outcome CopyVdi(World& world, const Invocation& call) {
  if (!IsNullRef(call.text(3))) return Value(call.text(3));
  bool given = !IsNullRef(call.text(1));
  return Value(
      CopyOf(world, call.text(0),
             given ? call.args[1] : world.db->Get("VDI", call.text(0), "SR")));
}

Outcome ResizeVdi(World& world, const Invocation& call) {
  int64_t now = world.db->Get("VDI", call.text(0), "virtual_size").integer();
  if (call.args[1].integer() < now) {
    return Error{{"VDI_TOO_SMALL", call.text(0), absl::StrCat(now)}};
  }
  world.db->Set("VDI", call.text(0), "virtual_size", call.args[1]);
  return Void();
}

Outcome MoveVdi(World& world, const Invocation& call) {
  world.db->Set("VDI", call.text(0), "SR", call.args[1]);
  return Value(call.text(0));
}

// The first device number no drive of the VM has.
std::string FreeDevice(const World& world, const std::string& vm) {
  for (int device = 0;; ++device) {
    bool taken = false;
    for (const std::string& vbd : ToTexts(world.db->Get("VM", vm, "VBDs"))) {
      taken = taken || world.db->Get("VBD", vbd, "userdevice").text() ==
                           absl::StrCat(device);
    }
    if (!taken) return absl::StrCat(device);
  }
}

Outcome CreateVbd(World& world, const Invocation& call) {
  Invocation changed = call;
  auto* record = changed.args[0].As<Struct>();
  Value* device = record ? Find(*record, "userdevice") : nullptr;
  const Value* vm = record ? Find(*record, "VM") : nullptr;
  if (device && vm && device->text() == "autodetect") {
    *device = Value(FreeDevice(world, vm->text()));
  }
  for (const std::string& vbd :
       ToTexts(world.db->Get("VM", vm ? vm->text() : "", "VBDs"))) {
    if (device && world.db->Get("VBD", vbd, "userdevice") == *device) {
      return Error{{"DEVICE_ALREADY_EXISTS", device->text()}};
    }
  }
  return RunGeneric(world, changed);
}

Error IsDetached(World& world, const Invocation& call) {
  if (!world.db->Get("VBD", call.text(0), "currently_attached").boolean()) {
    return {};
  }
  return Error{{"OPERATION_NOT_ALLOWED",
                absl::StrCat("VBD '", call.text(0), "' still attached")}};
}

Error CanPlug(World& world, const Invocation& call) {
  std::string vm = world.db->Get("VBD", call.text(0), "VM").text();
  std::string state = PowerState(world, vm);
  if (state != "Running") {
    return Error{
        {"VM_BAD_POWER_STATE", vm, "running", absl::AsciiStrToLower(state)}};
  }
  if (world.db->Get("VBD", call.text(0), "currently_attached").boolean()) {
    return Error{{"DEVICE_ALREADY_ATTACHED", call.text(0)}};
  }
  return {};
}

Error CanUnplug(World& world, const Invocation& call) {
  if (world.db->Get("VBD", call.text(0), "currently_attached").boolean()) {
    return {};
  }
  return Error{{"DEVICE_ALREADY_DETACHED", call.text(0)}};
}

Outcome SetVbdAttached(World& world, const std::string& vbd, bool attached) {
  world.db->Set("VBD", vbd, "currently_attached", attached);
  UpdateAllowedOperations(world, "VBD", vbd);
  UpdateAllowedOperations(world, "VDI",
                          world.db->Get("VBD", vbd, "VDI").text());
  return Void();
}
Outcome PlugVbd(World& world, const Invocation& call) {
  return SetVbdAttached(world, call.text(0), true);
}
Outcome UnplugVbd(World& world, const Invocation& call) {
  return SetVbdAttached(world, call.text(0), false);
}

Error IsCd(const World& world, const std::string& vbd) {
  if (world.db->Get("VBD", vbd, "type").text() == "CD") return {};
  return Error{{"VBD_NOT_REMOVABLE_MEDIA", vbd}};
}

Error CanInsert(World& world, const Invocation& call) {
  if (Error error = IsCd(world, call.text(0))) return error;
  if (world.db->Get("VBD", call.text(0), "empty").boolean()) return {};
  return Error{{"VBD_NOT_EMPTY", call.text(0)}};
}

Error CanEject(World& world, const Invocation& call) {
  if (Error error = IsCd(world, call.text(0))) return error;
  if (!world.db->Get("VBD", call.text(0), "empty").boolean()) return {};
  return Error{{"VBD_IS_EMPTY", call.text(0)}};
}

Outcome SetMedium(World& world, const std::string& vbd, const Value& vdi) {
  world.db->Set("VBD", vbd, "VDI", vdi);
  world.db->Set("VBD", vbd, "empty", IsNullRef(vdi.text()));
  UpdateAllowedOperations(world, "VBD", vbd);
  return Void();
}
Outcome Insert(World& world, const Invocation& call) {
  return SetMedium(world, call.text(0), call.args[1]);
}
Outcome Eject(World& world, const Invocation& call) {
  return SetMedium(world, call.text(0), Value(kNullRef));
}

// A scan finds the sums of what is there.
Outcome ScanSr(World& world, const Invocation& call) {
  int64_t allocated = 0, used = 0;
  for (const std::string& vdi :
       ToTexts(world.db->Get("SR", call.text(0), "VDIs"))) {
    allocated += world.db->Get("VDI", vdi, "virtual_size").integer();
    used += world.db->Get("VDI", vdi, "physical_utilisation").integer();
  }
  world.db->Set("SR", call.text(0), "virtual_allocation", allocated);
  world.db->Set("SR", call.text(0), "physical_utilisation", used);
  return Void();
}

void AddPbd(World& world, const std::string& sr, const std::string& host,
            const Value& config) {
  world.Create("PBD", {{"host", host},
                       {"SR", sr},
                       {"device_config", config},
                       {"currently_attached", true}});
}

Outcome CreateSr(World& world, const Invocation& call) {
  std::string sr = world.Create("SR", {{"physical_size", call.args[2]},
                                       {"name_label", call.args[3]},
                                       {"name_description", call.args[4]},
                                       {"type", call.args[5]},
                                       {"content_type", call.args[6]},
                                       {"shared", call.args[7]},
                                       {"sm_config", call.args[8]}});
  for (const HostState& host : world.hosts) {
    bool mine = host.ref == call.text(0) || call.args[7].boolean();
    if (mine) AddPbd(world, sr, host.ref, call.args[1]);
  }
  UpdateAllowedOperations(world, "SR", sr);
  return Value(sr);
}

Error IsUnplugged(World& world, const Invocation& call) {
  for (const std::string& pbd :
       ToTexts(world.db->Get("SR", call.text(0), "PBDs"))) {
    if (world.db->Get("PBD", pbd, "currently_attached").boolean()) {
      return Error{{"SR_HAS_PBD", call.text(0)}};
    }
  }
  return {};
}

Outcome RemoveSr(World& world, const Invocation& call) {
  std::string sr = call.text(0);
  for (const std::string& vdi : ToTexts(world.db->Get("SR", sr, "VDIs"))) {
    world.db->Destroy("VDI", vdi);
  }
  for (const std::string& pbd : ToTexts(world.db->Get("SR", sr, "PBDs"))) {
    world.db->Destroy("PBD", pbd);
  }
  world.db->Destroy("SR", sr);
  return Void();
}

Outcome PlugPbd(World& world, const Invocation& call) {
  world.db->Set("PBD", call.text(0), "currently_attached", true);
  return Void();
}

// Storage in use by a running VM stays plugged.
Outcome UnplugPbd(World& world, const Invocation& call) {
  std::string sr = world.db->Get("PBD", call.text(0), "SR").text();
  for (const std::string& vdi : ToTexts(world.db->Get("SR", sr, "VDIs"))) {
    if (IsAttached(world, vdi)) {
      return Error{{"VDI_IN_USE", vdi, "PBD.unplug"}};
    }
  }
  world.db->Set("PBD", call.text(0), "currently_attached", false);
  return Void();
}

constexpr Behaviour kTable[] = {
    {"VDI.create", nullptr, CreateVdi, 0.1},
    {"VDI.destroy", NotInUse<kDestroy>, DestroyVdi, 0.1, "destroy"},
    {"VDI.forget", NotInUse<kForget>, DestroyVdi, 0.05, "forget"},
    {"VDI.clone", nullptr, CloneVdi, 0.1, "clone"},
    {"VDI.snapshot", nullptr, SnapshotVdi, 0.1, "snapshot"},
    {"VDI.copy", nullptr, CopyVdi, 0.3, "copy"},
    {"VDI.resize", NotInUse<kResize>, ResizeVdi, 0.1, "resize"},
    {"VDI.pool_migrate", nullptr, MoveVdi, 0.5, "mirror"},
    {"VBD.create", nullptr, CreateVbd},
    {"VBD.destroy", IsDetached, nullptr},
    {"VBD.plug", CanPlug, PlugVbd, 0.05, "plug"},
    {"VBD.unplug", CanUnplug, UnplugVbd, 0.05, "unplug"},
    {"VBD.unplug_force", nullptr, UnplugVbd, 0.05, "unplug_force"},
    {"VBD.insert", CanInsert, Insert, 0.05, "insert"},
    {"VBD.eject", CanEject, Eject, 0.05, "eject"},
    {"SR.scan", nullptr, ScanSr, 0.2, "scan"},
    {"SR.create", nullptr, CreateSr, 0.3},
    {"SR.destroy", IsUnplugged, RemoveSr, 0.2, "destroy"},
    {"SR.forget", IsUnplugged, RemoveSr, 0.1, "forget"},
    {"PBD.plug", nullptr, PlugPbd, 0.1},
    {"PBD.unplug", nullptr, UnplugPbd, 0.1},
};

}  // namespace

absl::Span<const Behaviour> StorageBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
