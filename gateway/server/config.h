// The gateway's configuration: loaded and checked as a whole.
#ifndef GATEWAY_SERVER_CONFIG_H_
#define GATEWAY_SERVER_CONFIG_H_

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "gateway/server/config_fault.h"
#include "gateway/server/pool_setup.h"

namespace xenapi::gateway::v1 {
class Config;
}

namespace xapi_gateway::server {

// Longest configuration file, in bytes; hundreds of pools fit in.
inline constexpr size_t kMaxConfigBytes = 1 << 20;

// A configuration without faults.
struct LoadedConfig {
  std::shared_ptr<const xenapi::gateway::v1::Config> config;
  std::vector<PoolSetup> pools;  // with passwords
  std::vector<std::string> warnings;
};

// Reads and checks a configuration. It looks at the files that it names but
// not at the network. Every fault is found, not just the first.
std::variant<LoadedConfig, std::vector<ConfigFault>> LoadConfig(
    const std::string& text);

// "gateway.yaml:12: pools[0].seeds: is required", a line for each.
std::string FormatFaults(const std::string& file,
                         const std::vector<ConfigFault>& faults);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_CONFIG_H_
