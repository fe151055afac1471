// Runs one checked call: its task, its role check, its behaviour, its time.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_RUNNER_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_RUNNER_H_

#include <optional>
#include <string>

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// An operation that finds its object busy tries again this often, and gives up
// after so many times.
inline constexpr absl::Duration kBusyRetry = absl::Seconds(1);
inline constexpr int kMaxBusyRetries = 120;
// Progress is shown in so many steps.
inline constexpr int kProgressSteps = 4;

// Answers the outcome of the call. label is the name as it was sent.
void RunCall(World& world, Invocation call, const std::string& label,
             Done done);
// Answers the reference of a task at once; everything else shows only there.
// A prescribed outcome becomes that of the task.
Value RunAsyncCall(World& world, Invocation call, const std::string& label,
                   std::optional<Outcome> prescribed);

// Handles of the arguments that must exist.
Error CheckHandles(const World& world, const Invocation& call);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_RUNNER_H_
