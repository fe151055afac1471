// Work the pool does by itself: collection, heartbeats, backups, churn.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_PERIODIC_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_PERIODIC_H_

#include <cstddef>

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

inline constexpr absl::Duration kCollectPeriod = absl::Seconds(30);
inline constexpr absl::Duration kHeartbeatPeriod = absl::Seconds(30);
inline constexpr absl::Duration kBackupPeriod = absl::Seconds(300);
// Copies of the database that exist at a time, beside the database itself.
inline constexpr size_t kMaxBackups = 3;
// Older messages are dropped beyond this, as by the real server.
inline constexpr size_t kMaxMessages = 10'000;

void StartPeriodicWork(World& world);

// One change that nobody asked for, of an object chosen at random.
void Churn(World& world);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_PERIODIC_H_
