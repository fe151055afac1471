// Fills a new pool with hosts, networks, storage and VMs that fit together.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_INVENTORY_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_INVENTORY_H_

#include <string>
#include <vector>

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// addresses: what host.address will say, one per host. Sets World::hosts; host
// 0 becomes the coordinator. Equal options give equal objects.
void BuildInventory(World& world, const std::vector<std::string>& addresses);

// The parts, in the order they are made.
struct Site {
  std::vector<std::string> hosts;
  std::vector<std::string> networks;
  std::vector<std::string> shared_storage;
  std::vector<std::string> local_storage;  // one per host
  std::string iso_storage;
  std::vector<std::string> isos;
};
void BuildRoles(World& world);
void BuildHosts(World& world, const std::vector<std::string>& addresses,
                Site* site);
void BuildNetworks(World& world, Site* site);
void BuildStorage(World& world, Site* site);
void BuildVms(World& world, const Site& site);
// One object of every class that has none yet.
void BuildSamples(World& world);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_INVENTORY_H_
