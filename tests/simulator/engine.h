// One pool without its network: the world, the calls' dispatcher, the faults
// and the clockwork. Owned by one thread.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_ENGINE_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_ENGINE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/dispatcher.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/options.h"
#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

class Engine {
 public:
  Engine(Options options, std::shared_ptr<const Model> model)
      : world(std::move(options), std::move(model)), dispatcher(&world) {}

  // Fills the pool and starts its periodic work.
  void Begin(const std::vector<std::string>& addresses);

  // Wakes those who wait for changes and runs what is due. To be called after
  // every turn of work. Returns when to call it next, if nothing else happens.
  std::optional<absl::Time> Settle();
  // Moves a virtual clock on, running everything due on the way.
  void Advance(absl::Duration by);

  World world;
  Dispatcher dispatcher;
  FaultBook faults;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_ENGINE_H_
