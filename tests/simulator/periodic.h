// Work the pool does by itself: collection, heartbeats, backups, churn.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_PERIODIC_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_PERIODIC_H_

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

inline constexpr absl::Duration kCollectPeriod = absl::Seconds(30);
inline constexpr absl::Duration kHeartbeatPeriod = absl::Seconds(30);
inline constexpr absl::Duration kBackupPeriod = absl::Seconds(300);

void StartPeriodicWork(World& world);

// One change that nobody asked for, of an object chosen at random.
void Churn(World& world);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_PERIODIC_H_
