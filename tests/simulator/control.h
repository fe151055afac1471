// What the control interface and the library have in common: a pool's
// description, prescribed replies, trusted calls, and the interface itself.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_CONTROL_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_CONTROL_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/pool.h"
#include "tests/simulator/server.h"

namespace xapi_gateway::simulator {

// GET and POST under /control/; bodies and answers are JSON. The README lists
// them all.
ControlAnswer HandleControl(Engine& engine, const std::string& method,
                            const std::string& path, const std::string& body);

Endpoint DescribeHost(const Engine& engine, const std::vector<HostPorts>& ports,
                      int host);
std::string DescribePool(const Engine& engine,
                         const std::vector<HostPorts>& ports,
                         uint16_t control_port, const std::string& ca_file);

absl::Status PrescribeResult(Engine& engine, const std::string& method,
                             absl::string_view result, int times);
void CallTrusted(Engine& engine, const std::string& method,
                 absl::string_view args_json, int host,
                 std::function<void(absl::StatusOr<std::string>)> done);
absl::Status FailOver(World& world, int host);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_CONTROL_H_
