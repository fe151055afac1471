// What VM behaviours share: power states and the objects around a VM.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_VM_STATE_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_VM_STATE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

std::string PowerState(const World& world, const std::string& vm);

// VM_BAD_POWER_STATE [vm, expected, actual] unless the VM is in one of the
// states; a template gives VM_IS_TEMPLATE and a blocked operation
// OPERATION_BLOCKED.
Error RequireState(const World& world, const std::string& vm,
                   const std::vector<std::string>& states,
                   absl::string_view operation);

// The enabled live host with the fewest VMs, or empty.
std::string ChooseHost(const World& world);
// HOST_DISABLED, HOST_OFFLINE or none.
Error RequireUsableHost(const World& world, const std::string& host);

// State, host, domain, metrics and devices of the VM follow.
void SetRunning(World& world, const std::string& vm, const std::string& host,
                const std::string& state);
void SetStopped(World& world, const std::string& vm, const std::string& state);
// A message object about the VM: "VM_STARTED", "started on host ...".
void AnnounceVm(World& world, const std::string& vm, const std::string& name,
                const std::string& what);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_VM_STATE_H_
