// Processes that end and start, and the role of coordinator that moves.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_TRANSITIONS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_TRANSITIONS_H_

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// A process that is to restart waits this long first, and never less than the
// second.
inline constexpr absl::Duration kFuseTime = absl::Seconds(10);
inline constexpr absl::Duration kMinFuseTime = absl::Seconds(5);
// How long a process takes from its start until it listens.
inline constexpr absl::Duration kStartTime = absl::Seconds(2);
// How often a supporter that cannot reach its coordinator tries again.
inline constexpr absl::Duration kHelloRetry = absl::Seconds(5);

// The host's process ends. With the coordinator's go sessions and tasks.
void StopHost(World& world, int host);
// It starts again in the role its file names: a coordinator loads its
// database, a supporter is in emergency mode until it has reached one.
void StartHost(World& world, int host);
// Stop now, start after the delay.
void RestartHost(World& world, int host, absl::Duration down);
// Restart after the fuse time, in this role and with this database (null =
// the one there is).
void PlanRestart(World& world, int host, HostState::Role role, int coordinator,
                 std::shared_ptr<const Database> database);
// The host becomes coordinator with this database, at once.
void BecomeCoordinator(World& world, int host,
                       std::shared_ptr<const Database> database);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_TRANSITIONS_H_
