#include "tests/simulator/inventory.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/plausible.h"
#include "tests/simulator/sessions.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

constexpr const char* kNetworkNames[] = {
    "Pool-wide network associated with eth0",
    "Pool-wide network associated with eth1", "Isolated network"};

void BuildPif(World& world, const Site& site, size_t host, size_t device) {
  bool management = device == 0;
  std::string metrics = world.Create(
      "PIF_metrics", {{"carrier", true},
                      {"vendor_name", "Simulated Networks"},
                      {"device_name", "SN-10G"},
                      {"speed", 10000},
                      {"duplex", true},
                      {"last_updated", DateTime{world.WireNow()}}});
  std::string address =
      world.db->Get("host", site.hosts[host], "address").text();
  world.Create(
      "PIF",
      {{"device", absl::StrCat("eth", device)},
       {"network", site.networks[device]},
       {"host", site.hosts[host]},
       {"MAC", absl::StrCat("02:00:00:00:", absl::Hex(host, absl::kZeroPad2),
                            ":", absl::Hex(device, absl::kZeroPad2))},
       {"MTU", 1500},
       {"VLAN", -1},
       {"metrics", metrics},
       {"physical", true},
       {"currently_attached", true},
       {"ip_configuration_mode", management ? "Static" : "None"},
       {"IP", management ? address : ""},
       {"netmask", management ? "255.0.0.0" : ""},
       {"management", management},
       {"managed", true},
       {"primary_address_type", "IPv4"}});
}

void BuildUsers(World& world) {
  for (const User& user : world.options.users) {
    if (user.role.empty()) continue;
    Array roles;
    for (const auto& [ref, row] : world.db->table("role").rows) {
      if (world.db->Get("role", ref, "name_label").text() == user.role) {
        roles.push_back(ref);
      }
    }
    world.Create("subject",
                 {{"subject_identifier", user.name},
                  {"other_config", Struct{{"subject-name", user.name},
                                          {"subject-gecos", user.name}}},
                  {"roles", std::move(roles)}});
  }
}

void BuildPool(World& world, const Site& site) {
  std::string pool = world.Create(
      "pool",
      {{"name_label", "simulated pool"},
       {"name_description", "A pool that runs nowhere"},
       {"master", site.hosts[0]},
       {"default_SR", site.shared_storage[0]},
       {"suspend_image_SR", site.shared_storage[0]},
       {"crash_dump_SR", site.shared_storage[0]},
       {"other_config", Struct{{"memory-ratio-hvm", "0.25"}}},
       {"ha_cluster_stack", "xhad"},
       {"tls_verification_enabled", true},
       {"coordinator_bias", true},
       {"cpu_info", Struct{{"cpu_count", absl::StrCat(8 * site.hosts.size())},
                           {"socket_count", absl::StrCat(site.hosts.size())},
                           {"vendor", "GenuineIntel"}}}});
  UpdateAllowedOperations(world, "pool", pool);
}

bool IsSampled(const World& world, const Class& cls) {
  // Rows of these come and go with calls, or belong to removed classes.
  static constexpr absl::string_view kSkipped[] = {
      "session", "task", "VMPP", "VIF_metrics", "VBD_metrics", "user"};
  for (absl::string_view name : kSkipped) {
    if (cls.name == name) return false;
  }
  return cls.in_database && world.db->table(cls).rows.empty();
}

Value SampleOf(const World& world, const Class& cls, const Field& field) {
  if (field.name == "uuid") return Value();
  if (field.name == "name_label") return Value("sample " + cls.lower_name);
  if (field.type.kind == Type::Kind::kRef) {
    return PlausibleValue(world, field.type);
  }
  return Value();
}

void BuildSample(World& world, const Class& cls) {
  Struct fields;
  for (const Field& field : cls.fields) {
    Value value = SampleOf(world, cls, field);
    if (!value.is_null()) fields.push_back({field.name, std::move(value)});
  }
  world.Create(cls.name, std::move(fields));
}

}  // namespace

void BuildRoles(World& world) {
  const Model& model = *world.model;
  std::vector<Array> granted(model.roles().size());
  for (const Class& cls : model.classes()) {
    for (const Message& message : cls.messages) {
      std::string uuid = world.ids.Uuid();
      std::string ref = "OpaqueRef:" + uuid;
      world.db->Create(
          world.db->cls("role"), ref,
          {{"uuid", uuid},
           {"name_label", absl::AsciiStrToLower(message.full_name)},
           {"name_description", "A basic permission"},
           {"is_internal", true}});
      for (size_t i = 0; i < granted.size(); ++i) {
        if (message.roles & (1u << i)) granted[i].push_back(ref);
      }
    }
  }
  for (size_t i = 0; i < granted.size(); ++i) {
    std::string uuid = world.ids.Uuid();
    world.db->Create(world.db->cls("role"), "OpaqueRef:" + uuid,
                     {{"uuid", uuid},
                      {"name_label", model.roles()[i]},
                      {"name_description", "A role of the pool"},
                      {"subroles", std::move(granted[i])},
                      {"is_internal", model.roles()[i] == "client-cert"}});
  }
}

void BuildNetworks(World& world, Site* site) {
  for (size_t i = 0; i < std::size(kNetworkNames); ++i) {
    site->networks.push_back(world.Create(
        "network", {{"name_label", kNetworkNames[i]},
                    {"bridge", absl::StrCat("xenbr", i)},
                    {"MTU", 1500},
                    {"managed", true},
                    {"default_locking_mode", "unlocked"},
                    {"tags", Array{i == 0 ? "management" : "guests"}}}));
  }
  for (size_t host = 0; host < site->hosts.size(); ++host) {
    BuildPif(world, *site, host, 0);
    BuildPif(world, *site, host, 1);
  }
}

void BuildSamples(World& world) {
  for (const Class& cls : world.model->classes()) {
    if (IsSampled(world, cls)) BuildSample(world, cls);
  }
}

void BuildInventory(World& world, const std::vector<std::string>& addresses) {
  Site site;
  BuildRoles(world);
  BuildUsers(world);
  BuildHosts(world, addresses, &site);
  BuildNetworks(world, &site);
  BuildStorage(world, &site);
  BuildPool(world, site);
  BuildVms(world, site);
  BuildSamples(world);
  world.db->TakeChanged();
}

}  // namespace xapi_gateway::simulator
