#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/inventory.h"
#include "tests/simulator/types.h"
#include "tests/simulator/vm_state.h"

namespace xapi_gateway::simulator {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;
constexpr const char* kKinds[] = {"web", "db", "build", "desktop", "test"};
constexpr const char* kTemplates[] = {"Debian Bookworm 12", "Rocky Linux 9",
                                      "Windows Server 2022"};
constexpr int kSnapshotEvery = 10;  // of so many VMs one has a snapshot

std::string BuildSr(World& world, const std::string& name, const char* type,
                    const char* content, bool shared, int64_t size) {
  return world.Create("SR", {{"name_label", name},
                             {"type", type},
                             {"content_type", content},
                             {"shared", shared},
                             {"physical_size", size},
                             {"physical_utilisation", size / 4},
                             {"virtual_allocation", size / 4}});
}

void BuildPbd(World& world, const std::string& sr, const std::string& host) {
  world.Create("PBD", {{"host", host},
                       {"SR", sr},
                       {"device_config", Struct{{"location", "/simulated"}}},
                       {"currently_attached", true}});
}

void BuildDevices(World& world, const Site& site, const std::string& vm,
                  const std::string& name, size_t index) {
  const std::string& sr =
      site.shared_storage[index % site.shared_storage.size()];
  std::string vdi =
      world.Create("VDI", {{"name_label", absl::StrCat(name, " disk 0")},
                           {"SR", sr},
                           {"virtual_size", 20 * kGiB},
                           {"physical_utilisation", 5 * kGiB},
                           {"type", "user"},
                           {"managed", true}});
  world.Create("VBD", {{"VM", vm},
                       {"VDI", vdi},
                       {"device", "xvda"},
                       {"userdevice", "0"},
                       {"bootable", true},
                       {"mode", "RW"},
                       {"type", "Disk"},
                       {"unpluggable", true}});
  world.Create("VBD", {{"VM", vm},
                       {"device", "xvdd"},
                       {"userdevice", "3"},
                       {"mode", "RO"},
                       {"type", "CD"},
                       {"empty", true}});
  world.Create("VIF",
               {{"VM", vm},
                {"network", site.networks[1 + index % 2]},
                {"device", "0"},
                {"MAC", absl::StrFormat("02:10:%02x:%02x:%02x:00", index >> 16,
                                        (index >> 8) & 255, index & 255)},
                {"MTU", 1500},
                {"locking_mode", "network_default"}});
}

std::string BuildVm(World& world, const std::string& name, bool is_template) {
  std::string metrics = world.Create(
      "VM_metrics", {{"install_time", DateTime{"20260101T00:00:00Z"}},
                     {"last_updated", DateTime{world.WireNow()}}});
  return world.Create(
      "VM",
      {{"name_label", name},
       {"power_state", "Halted"},
       {"is_a_template", is_template},
       {"is_default_template", is_template},
       {"memory_overhead", 20 << 20},
       {"memory_static_max", 2 * kGiB},
       {"memory_dynamic_max", 2 * kGiB},
       {"memory_dynamic_min", 2 * kGiB},
       {"memory_static_min", kGiB},
       {"VCPUs_max", 2},
       {"VCPUs_at_startup", 2},
       {"actions_after_shutdown", "destroy"},
       {"actions_after_reboot", "restart"},
       {"actions_after_crash", "restart"},
       {"HVM_boot_policy", "BIOS order"},
       {"HVM_boot_params", Struct{{"order", "cdn"}, {"firmware", "uefi"}}},
       {"HVM_shadow_multiplier", 1.0},
       {"platform", Struct{{"nx", "true"}, {"acpi", "1"}, {"apic", "true"}}},
       {"other_config", Struct{{"mac_seed", world.ids.Uuid()},
                               {"base_template_name", "Debian"}}},
       {"tags", Array{"simulated"}},
       {"domid", -1},
       {"generation_id", "0:0"},
       {"hardware_platform_version", 2},
       {"domain_type", "hvm"},
       {"metrics", metrics}});
}

// Six in ten run, three are halted, the rest is suspended or paused.
void SetInitialState(World& world, const Site& site, const std::string& vm,
                     size_t index) {
  const std::string& host = site.hosts[index % site.hosts.size()];
  size_t kind = index % 10;
  if (kind < 6) {
    SetRunning(world, vm, host, "Running");
  } else if (kind == 6) {
    SetRunning(world, vm, host, "Paused");
  } else if (kind == 7) {
    std::string image = world.Create("VDI", {{"name_label", "Suspend image"},
                                             {"SR", site.shared_storage[0]},
                                             {"virtual_size", 2 * kGiB},
                                             {"type", "suspend"}});
    world.db->Set("VM", vm, "suspend_VDI", image);
    SetStopped(world, vm, "Suspended");
  } else {
    SetStopped(world, vm, "Halted");
  }
}

void BuildSnapshot(World& world, const std::string& vm,
                   const std::string& name) {
  std::string snapshot = BuildVm(world, name + " snapshot", true);
  Database& db = *world.db;
  db.Set("VM", snapshot, "is_default_template", false);
  db.Set("VM", snapshot, "is_a_snapshot", true);
  db.Set("VM", snapshot, "snapshot_of", vm);
  db.Set("VM", snapshot, "snapshot_time", DateTime{world.WireNow()});
  db.Set("VM", vm, "parent", snapshot);
  UpdateAllowedOperations(world, "VM", snapshot);
}

}  // namespace

void BuildStorage(World& world, Site* site) {
  for (const char* type : {"nfs", "lvm", "iso", "lvmoiscsi"}) {
    world.Create("SM", {{"name_label", type},
                        {"type", type},
                        {"vendor", "Simulated"},
                        {"version", "3.0"},
                        {"required_api_version", "1.0"}});
  }
  for (int i = 0; i < 2; ++i) {
    site->shared_storage.push_back(
        BuildSr(world, absl::StrCat("Shared storage ", i + 1), "nfs", "user",
                true, 100 * 1024 * kGiB));
  }
  site->iso_storage =
      BuildSr(world, "ISO library", "iso", "iso", true, 100 * kGiB);
  for (const char* name : {"debian-12.iso", "guest-tools.iso"}) {
    site->isos.push_back(world.Create("VDI", {{"name_label", name},
                                              {"SR", site->iso_storage},
                                              {"virtual_size", kGiB},
                                              {"read_only", true},
                                              {"type", "user"}}));
  }
  for (size_t i = 0; i < site->hosts.size(); ++i) {
    site->local_storage.push_back(
        BuildSr(world, absl::StrCat("Local storage on host-", i + 1), "lvm",
                "user", false, 1024 * kGiB));
    BuildPbd(world, site->local_storage[i], site->hosts[i]);
    BuildPbd(world, site->iso_storage, site->hosts[i]);
    for (const std::string& sr : site->shared_storage) {
      BuildPbd(world, sr, site->hosts[i]);
    }
  }
  for (const std::string& sr : world.db->Refs("SR")) {
    UpdateAllowedOperations(world, "SR", sr);
  }
}

void BuildVms(World& world, const Site& site) {
  for (const char* name : kTemplates) {
    UpdateAllowedOperations(world, "VM", BuildVm(world, name, true));
  }
  for (int i = 0; i < world.options.vms; ++i) {
    std::string name =
        absl::StrFormat("%s-%04d", kKinds[i % std::size(kKinds)], i + 1);
    std::string vm = BuildVm(world, name, false);
    BuildDevices(world, site, vm, name, i);
    SetInitialState(world, site, vm, i);
    if (i % kSnapshotEvery == 0) BuildSnapshot(world, vm, name);
  }
  for (const std::string& vdi : world.db->Refs("VDI")) {
    UpdateAllowedOperations(world, "VDI", vdi);
  }
}

}  // namespace xapi_gateway::simulator
