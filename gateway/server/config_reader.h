// Text of a configuration file to a Config message, guided by the schema.
#ifndef GATEWAY_SERVER_CONFIG_READER_H_
#define GATEWAY_SERVER_CONFIG_READER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gateway/server/config_fault.h"

namespace xenapi::gateway::v1 {
class Config;
}

namespace xapi_gateway::server {

// Reads `text`, YAML or JSON, into `config` and notes the line of each value.
// Unknown, repeated and mistyped fields and values beyond their limits are
// faults; what is right besides them is read all the same.
void ReadConfig(const std::string& text, xenapi::gateway::v1::Config& config,
                FaultList& faults);

// Gives each field that is not set its default. Required fields that are not
// set are faults.
void ApplyRules(xenapi::gateway::v1::Config& config, FaultList& faults);

// `config` as YAML, with defaults, and with "***" for secrets.
std::string PrintConfig(const xenapi::gateway::v1::Config& config);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_CONFIG_READER_H_
