// allowed_operations of an object, as its state has it.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_ALLOWED_OPERATIONS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_ALLOWED_OPERATIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// A no-op for classes without the field.
void UpdateAllowedOperations(World& world, absl::string_view cls,
                             const std::string& ref);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_ALLOWED_OPERATIONS_H_
