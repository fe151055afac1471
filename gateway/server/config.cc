#include "gateway/server/config.h"

#include <unistd.h>

#include <climits>

#include "absl/strings/str_cat.h"
#include "gateway/server/config_check.h"
#include "gateway/server/config_reader.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

std::string HostName() {
  char name[HOST_NAME_MAX + 1] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "unknown";
}

}  // namespace

std::variant<LoadedConfig, std::vector<ConfigFault>> LoadConfig(
    const std::string& text) {
  FaultList faults;
  auto config = std::make_shared<xenapi::gateway::v1::Config>();
  ReadConfig(text, *config, faults);
  ApplyRules(*config, faults);
  if (config->replica().empty()) config->set_replica(HostName());
  LoadedConfig loaded;
  CheckConfig(*config, faults, loaded);
  if (!faults.empty()) return faults.Sorted();
  loaded.config = std::move(config);
  return loaded;
}

std::string FormatFaults(const std::string& file,
                         const std::vector<ConfigFault>& faults) {
  std::string text;
  for (const ConfigFault& fault : faults) {
    absl::StrAppend(&text, file, ":");
    if (fault.line > 0) absl::StrAppend(&text, fault.line, ":");
    if (!fault.path.empty()) absl::StrAppend(&text, " ", fault.path, ":");
    absl::StrAppend(&text, " ", fault.message, "\n");
  }
  return text;
}

}  // namespace xapi_gateway::server
