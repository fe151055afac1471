// What must be right in a configuration beyond each single field.
#ifndef GATEWAY_SERVER_CONFIG_CHECK_H_
#define GATEWAY_SERVER_CONFIG_CHECK_H_

#include "gateway/server/config.h"
#include "gateway/server/config_fault.h"

namespace xapi_gateway::server {

// Adds what is wrong in `config`, whose defaults are set, and fills in the
// pools and warnings of `loaded`. Fields that are missing have been reported
// before.
void CheckConfig(const xenapi::gateway::v1::Config& config, FaultList& faults,
                 LoadedConfig& loaded);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_CONFIG_CHECK_H_
