#include "tests/simulator/engine.h"

#include "tests/simulator/events.h"
#include "tests/simulator/inventory.h"
#include "tests/simulator/periodic.h"

namespace xapi_gateway::simulator {
namespace {

// Timers run in one turn before connections get theirs again.
constexpr int kMaxTimersPerTurn = 1000;

}  // namespace

void Engine::Begin(const std::vector<std::string>& addresses) {
  BuildInventory(world, addresses);
  StartPeriodicWork(world);
}

std::optional<absl::Time> Engine::Settle() {
  world.events->Notice();
  for (int i = 0; i < kMaxTimersPerTurn; ++i) {
    if (!world.timers.RunOne(world.Now())) break;
    world.events->Notice();
  }
  return world.timers.NextDue();
}

void Engine::Advance(absl::Duration by) {
  absl::Time target = world.Now() + by;
  Settle();
  for (;;) {
    std::optional<absl::Time> due = world.timers.NextDue();
    if (!due || *due > target) break;
    if (*due > world.Now()) world.clock.Set(*due);
    Settle();
  }
  world.clock.Set(target);
}

}  // namespace xapi_gateway::simulator
