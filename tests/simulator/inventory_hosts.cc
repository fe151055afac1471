#include "absl/strings/str_cat.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/inventory.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;
constexpr int64_t kHostMemory = 1024 * kGiB;
constexpr int kCpusPerHost = 4;

Struct SoftwareVersion() {
  return {{"product_version", "8.4.0"},
          {"product_version_text", "8.4"},
          {"product_brand", "Simulated"},
          {"platform_name", "XCP"},
          {"platform_version", "3.4.1"},
          {"xapi", "26.17"},
          {"xen", "4.17.5"},
          {"linux", "4.19.0+1"},
          {"network_backend", "openvswitch"},
          {"db_schema", "5.909"},
          {"build_number", "simulated"},
          {"date", "20260101T00:00:00Z"}};
}

Struct CpuInfo() {
  return {{"cpu_count", absl::StrCat(kCpusPerHost)},
          {"socket_count", "1"},
          {"threads_per_core", "2"},
          {"vendor", "GenuineIntel"},
          {"speed", "2600.000"},
          {"modelname", "Simulated CPU @ 2.60GHz"},
          {"family", "6"},
          {"model", "85"},
          {"stepping", "7"},
          {"flags", "fpu de tsc msr pae mce cx8"},
          {"features_hvm", "1fcbfbff-80b82221-2993fbff-00000403"},
          {"features_pv", "1fcbfbff-80b82221-2993fbff-00000403"}};
}

Struct LicenseParams() {
  return {{"restrict_pooling", "false"}, {"restrict_rbac", "false"},
          {"restrict_wlb", "false"},     {"restrict_xen_motion", "false"},
          {"restrict_vtpm", "false"},    {"restrict_cbt", "false"}};
}

std::string BuildHost(World& world, size_t index, const std::string& address) {
  std::string metrics = world.Create(
      "host_metrics", {{"memory_total", kHostMemory},
                       {"memory_free", kHostMemory / 2},
                       {"live", true},
                       {"last_updated", DateTime{world.WireNow()}}});
  return world.Create(
      "host",
      {{"name_label", absl::StrCat("host-", index + 1)},
       {"name_description", "A simulated host"},
       {"memory_overhead", kGiB},
       {"API_version_major", 2},
       {"API_version_minor", 23},
       {"API_version_vendor", "XenSource"},
       {"enabled", true},
       {"software_version", SoftwareVersion()},
       {"other_config", Struct{{"agent_start_time", "1780000000."},
                               {"boot_time", "1779999000."}}},
       {"capabilities", Array{"xen-3.0-x86_64", "hvm-3.0-x86_32",
                              "hvm-3.0-x86_32p", "hvm-3.0-x86_64"}},
       {"sched_policy", "credit"},
       {"supported_bootloaders", Array{"pygrub", "eliloader"}},
       {"cpu_info", CpuInfo()},
       {"hostname", absl::StrCat("host-", index + 1)},
       {"address", address},
       {"metrics", metrics},
       {"license_params", LicenseParams()},
       {"license_server", Struct{{"address", "localhost"}, {"port", "27000"}}},
       {"edition", "xcp-ng"},
       {"editions", Array{"xcp-ng"}},
       {"chipset_info", Struct{{"iommu", "true"}}},
       {"virtual_hardware_platform_versions", Array{0, 1, 2}},
       {"external_auth_type", "AD"},
       {"external_auth_service_name", "simulated.example"},
       {"tls_verification_enabled", true},
       {"https_only", false},
       {"tags", Array{}}});
}

void BuildCpus(World& world, const std::string& host) {
  for (int i = 0; i < kCpusPerHost; ++i) {
    world.Create("host_cpu", {{"host", host},
                              {"number", i},
                              {"vendor", "GenuineIntel"},
                              {"speed", 2600},
                              {"modelname", "Simulated CPU @ 2.60GHz"},
                              {"family", 6},
                              {"model", 85},
                              {"utilisation", 0.25}});
  }
}

void BuildControlDomain(World& world, const std::string& host, size_t index) {
  std::string metrics =
      world.Create("VM_metrics", {{"memory_actual", 4 * kGiB},
                                  {"VCPUs_number", 4},
                                  {"start_time", DateTime{world.WireNow()}},
                                  {"last_updated", DateTime{world.WireNow()}}});
  std::string vm = world.Create(
      "VM",
      {{"name_label", absl::StrCat("Control domain on host: host-", index + 1)},
       {"name_description", "The domain that manages the devices of its host"},
       {"power_state", "Running"},
       {"is_control_domain", true},
       {"resident_on", host},
       {"affinity", host},
       {"domid", 0},
       {"memory_static_max", 4 * kGiB},
       {"memory_dynamic_max", 4 * kGiB},
       {"memory_dynamic_min", 4 * kGiB},
       {"memory_static_min", 4 * kGiB},
       {"memory_target", 4 * kGiB},
       {"VCPUs_max", 4},
       {"VCPUs_at_startup", 4},
       {"domain_type", "pv"},
       {"metrics", metrics}});
  world.Create(
      "console",
      {{"protocol", "vt100"},
       {"location",
        absl::StrCat("https://", world.db->Get("host", host, "address").text(),
                     "/console?ref=", vm)},
       {"VM", vm}});
  world.db->Set("host", host, "control_domain", vm);
}

void BuildHardware(World& world, const std::string& host, size_t index) {
  static constexpr const char* kDevices[] = {"Ethernet controller",
                                             "VGA compatible controller"};
  for (size_t i = 0; i < std::size(kDevices); ++i) {
    world.Create("PCI", {{"host", host},
                         {"class_name", kDevices[i]},
                         {"vendor_name", "Simulated Devices"},
                         {"device_name", absl::StrCat("Device ", i)},
                         {"pci_id", absl::StrCat("0000:0", i, ":00.0")}});
  }
  world.Create("Certificate", {{"name", absl::StrCat("host-", index + 1)},
                               {"type", "host"},
                               {"host", host},
                               {"not_before", DateTime{"20260101T00:00:00Z"}},
                               {"not_after", DateTime{"20360101T00:00:00Z"}},
                               {"fingerprint", world.ids.Uuid()}});
}

}  // namespace

void BuildHosts(World& world, const std::vector<std::string>& addresses,
                Site* site) {
  world.hosts.resize(addresses.size());
  for (size_t i = 0; i < addresses.size(); ++i) {
    std::string ref = BuildHost(world, i, addresses[i]);
    HostState& state = world.hosts[i];
    state.ref = ref;
    state.address = addresses[i];
    state.role =
        i == 0 ? HostState::Role::kCoordinator : HostState::Role::kSupporter;
    site->hosts.push_back(ref);
    BuildCpus(world, ref);
    BuildControlDomain(world, ref, i);
    BuildHardware(world, ref, i);
    UpdateAllowedOperations(world, "host", ref);
  }
}

}  // namespace xapi_gateway::simulator
