#include "absl/strings/str_cat.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/behaviour.h"
#include "tests/simulator/generic.h"
#include "tests/simulator/types.h"
#include "tests/simulator/vm_state.h"

// Making VMs out of VMs: clones, snapshots, templates; and removing them.
namespace xapi_gateway::simulator {
namespace {

// Fields of a VM that belong to that VM alone, or that relations fill.
constexpr absl::string_view kOwnFields[] = {"uuid",
                                            "VBDs",
                                            "VIFs",
                                            "VTPMs",
                                            "VGPUs",
                                            "VUSBs",
                                            "consoles",
                                            "snapshots",
                                            "children",
                                            "crash_dumps",
                                            "blobs",
                                            "metrics",
                                            "guest_metrics",
                                            "resident_on",
                                            "suspend_VDI",
                                            "groups",
                                            "attached_PCIs",
                                            "current_operations",
                                            "is_default_template"};

bool IsOwn(absl::string_view field) {
  for (absl::string_view own : kOwnFields) {
    if (own == field) return true;
  }
  return false;
}

Struct FieldsOf(const Database& db, absl::string_view cls,
                const std::string& ref) {
  const Class& c = db.cls(cls);
  Struct fields;
  const Row* row = db.Find(c, ref);
  for (size_t i = 0; i < c.fields.size(); ++i) {
    fields.push_back({c.fields[i].name, row->fields[i]});
  }
  return fields;
}

std::string CopyDisk(World& world, const std::string& vdi, bool snapshot) {
  if (!world.db->Has("VDI", vdi)) return vdi;
  Struct fields = FieldsOf(*world.db, "VDI", vdi);
  std::erase_if(fields, [](const Member& m) {
    return m.name == "uuid" || m.name == "VBDs" || m.name == "snapshots" ||
           m.name == "crash_dumps";
  });
  *Find(fields, "is_a_snapshot") = Value(snapshot);
  *Find(fields, "snapshot_of") = Value(snapshot ? vdi : std::string(kNullRef));
  if (snapshot) *Find(fields, "snapshot_time") = DateTime{world.WireNow()};
  std::string copy = world.Create("VDI", std::move(fields));
  UpdateAllowedOperations(world, "VDI", copy);
  return copy;
}

void CopyDevices(World& world, const std::string& from, const std::string& to,
                 bool snapshot) {
  for (const std::string& vbd : ToTexts(world.db->Get("VM", from, "VBDs"))) {
    Struct fields = FieldsOf(*world.db, "VBD", vbd);
    std::erase_if(fields, [](const Member& m) { return m.name == "uuid"; });
    *Find(fields, "VM") = Value(to);
    *Find(fields, "currently_attached") = Value(false);
    Value* vdi = Find(fields, "VDI");
    if (Find(fields, "type")->text() == "Disk") {
      *vdi = Value(CopyDisk(world, vdi->text(), snapshot));
    }
    UpdateAllowedOperations(world, "VBD", world.Create("VBD", fields));
  }
  for (const std::string& vif : ToTexts(world.db->Get("VM", from, "VIFs"))) {
    Struct fields = FieldsOf(*world.db, "VIF", vif);
    std::erase_if(fields, [](const Member& m) { return m.name == "uuid"; });
    *Find(fields, "VM") = Value(to);
    *Find(fields, "currently_attached") = Value(false);
    UpdateAllowedOperations(world, "VIF", world.Create("VIF", fields));
  }
}

std::string CopyVm(World& world, const std::string& from, const Value& name,
                   bool snapshot) {
  Struct fields = FieldsOf(*world.db, "VM", from);
  std::erase_if(fields, [](const Member& m) { return IsOwn(m.name); });
  *Find(fields, "name_label") = name;
  *Find(fields, "power_state") = Value("Halted");
  *Find(fields, "is_a_snapshot") = Value(snapshot);
  if (snapshot) {
    *Find(fields, "is_a_template") = Value(true);
    *Find(fields, "snapshot_of") = Value(from);
    *Find(fields, "snapshot_time") = DateTime{world.WireNow()};
  } else {
    *Find(fields, "snapshot_of") = Value(kNullRef);
    *Find(fields, "parent") = Value(kNullRef);
  }
  std::string copy = world.Create("VM", std::move(fields));
  world.db->Set("VM", copy, "metrics",
                world.Create("VM_metrics",
                             {{"last_updated", DateTime{world.WireNow()}}}));
  world.db->Set("VM", copy, "domid", -1);
  CopyDevices(world, from, copy, snapshot);
  UpdateAllowedOperations(world, "VM", copy);
  return copy;
}

// A template may be copied at any time, a VM only while it is not running.
Error CanCopy(World& world, const Invocation& call) {
  if (world.db->Get("VM", call.text(0), "is_a_template").boolean()) return {};
  std::string state = PowerState(world, call.text(0));
  if (state == "Suspended") return {};
  return RequireState(world, call.text(0), {"Halted"}, "clone");
}

Outcome Clone(World& world, const Invocation& call) {
  return Value(CopyVm(world, call.text(0), call.args[1], false));
}

Outcome Snapshot(World& world, const Invocation& call) {
  std::string copy = CopyVm(world, call.text(0), call.args[1], true);
  world.db->Set("VM", call.text(0), "parent", copy);
  return Value(copy);
}

Error CanCheckpoint(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Running", "Suspended"},
                      "checkpoint");
}

Outcome Checkpoint(World& world, const Invocation& call) {
  Outcome copy = Snapshot(world, call);
  world.db->Set("VM", copy->text(), "power_state", "Suspended");
  return copy;
}

Error CanRevert(World& world, const Invocation& call) {
  if (world.db->Get("VM", call.text(0), "is_a_snapshot").boolean()) return {};
  return Error{{"REVERT_ONLY_ALLOWED_ON_SNAPSHOT", call.text(0)}};
}

void RemoveDevices(World& world, const std::string& vm, bool with_disks) {
  Database& db = *world.db;
  for (const std::string& vbd : ToTexts(db.Get("VM", vm, "VBDs"))) {
    std::string vdi = db.Get("VBD", vbd, "VDI").text();
    bool disk = db.Get("VBD", vbd, "type").text() == "Disk";
    db.Destroy("VBD", vbd);
    if (with_disks && disk) db.Destroy("VDI", vdi);
  }
  for (const char* cls : {"VIF", "VTPM", "VGPU", "VUSB"}) {
    for (const std::string& device :
         ToTexts(db.Get("VM", vm, absl::StrCat(cls, "s")))) {
      db.Destroy(cls, device);
    }
  }
  for (const std::string& console : ToTexts(db.Get("VM", vm, "consoles"))) {
    db.Destroy("console", console);
  }
}

Outcome Revert(World& world, const Invocation& call) {
  std::string snapshot = call.text(0);
  std::string vm = world.db->Get("VM", snapshot, "snapshot_of").text();
  if (!world.db->Has("VM", vm)) {
    return Error{{"VM_REVERT_FAILED", vm, snapshot}};
  }
  SetStopped(world, vm, "Halted");
  RemoveDevices(world, vm, true);
  CopyDevices(world, snapshot, vm, false);
  for (const char* field :
       {"name_description", "memory_static_max", "memory_dynamic_max",
        "memory_dynamic_min", "VCPUs_max", "VCPUs_at_startup", "platform"}) {
    world.db->Set("VM", vm, field, world.db->Get("VM", snapshot, field));
  }
  world.db->Set("VM", vm, "parent", snapshot);
  UpdateAllowedOperations(world, "VM", vm);
  return Void();
}

Outcome Provision(World& world, const Invocation& call) {
  world.db->Set("VM", call.text(0), "is_a_template", false);
  world.db->Set("VM", call.text(0), "is_default_template", false);
  UpdateAllowedOperations(world, "VM", call.text(0));
  return Void();
}

Outcome CreateVm(World& world, const Invocation& call) {
  Outcome vm = RunGeneric(world, call);
  if (!vm.ok()) return vm;
  std::string metrics = world.Create(
      "VM_metrics", {{"install_time", DateTime{std::string(kNever)}},
                     {"last_updated", DateTime{world.WireNow()}}});
  world.db->Set("VM", vm->text(), "metrics", metrics);
  world.db->Set("VM", vm->text(), "domid", -1);
  UpdateAllowedOperations(world, "VM", vm->text());
  return vm;
}

Error CanDestroy(World& world, const Invocation& call) {
  const std::string& vm = call.text(0);
  if (world.db->Get("VM", vm, "is_control_domain").boolean()) {
    return Error{{"OPERATION_NOT_ALLOWED", "a control domain"}};
  }
  if (world.db->Get("VM", vm, "is_a_template").boolean()) return {};
  return RequireState(world, vm, {"Halted", "Suspended"}, "destroy");
}

// Disks stay, as with the real call.
Outcome DestroyVm(World& world, const Invocation& call) {
  std::string vm = call.text(0);
  Database& db = *world.db;
  RemoveDevices(world, vm, false);
  std::string metrics = db.Get("VM", vm, "metrics").text();
  std::string guest = db.Get("VM", vm, "guest_metrics").text();
  db.Destroy("VM_metrics", metrics);
  db.Destroy("VM_guest_metrics", guest);
  db.Destroy("VM", vm);
  return Void();
}

constexpr Behaviour kTable[] = {
    {"VM.create", nullptr, CreateVm},
    {"VM.destroy", CanDestroy, DestroyVm, 0.05, "destroy"},
    {"VM.clone", CanCopy, Clone, 0.2, "clone"},
    {"VM.copy", CanCopy, Clone, 0.5, "copy"},
    {"VM.snapshot", nullptr, Snapshot, 0.2, "snapshot"},
    {"VM.checkpoint", CanCheckpoint, Checkpoint, 0.4, "checkpoint"},
    {"VM.revert", CanRevert, Revert, 0.3, "revert"},
    {"VM.provision", nullptr, Provision, 0.1, "provision"},
};

}  // namespace

absl::Span<const Behaviour> VmCopyBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
