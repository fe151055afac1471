#include "tests/simulator/options.h"

#include "absl/strings/str_cat.h"

namespace xapi_gateway::simulator {
namespace {

struct Preset {
  const char* name;
  int hosts;
  int vms;
};
constexpr Preset kPresets[] = {
    {"host1", 1, 8}, {"hosts3", 3, 50}, {"hosts64", 64, 3000}};

}  // namespace

std::vector<User> DefaultUsers() {
  std::vector<User> users = {{"root", kDefaultPassword, ""}};
  for (const char* role : {"pool-admin", "pool-operator", "vm-power-admin",
                           "vm-admin", "vm-operator", "read-only"}) {
    users.push_back({role, kDefaultPassword, role});
  }
  return users;
}

absl::Status ApplyPreset(const std::string& name, Options* options) {
  for (const Preset& preset : kPresets) {
    if (name == preset.name) {
      options->hosts = preset.hosts;
      options->vms = preset.vms;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "there is no preset ", name, "; known are host1, hosts3 and hosts64"));
}

}  // namespace xapi_gateway::simulator
