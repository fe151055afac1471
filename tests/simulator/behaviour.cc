#include "tests/simulator/behaviour.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {
namespace {

using Index = absl::flat_hash_map<absl::string_view, const Behaviour*>;

Index BuildIndex() {
  Index index;
  for (auto table :
       {VmPowerBehaviours, VmCopyBehaviours, VmMoveBehaviours,
        StorageBehaviours, NetworkBehaviours, HostBehaviours, PoolBehaviours,
        TaskBehaviours, SessionBehaviours, MessageBehaviours}) {
    for (const Behaviour& behaviour : table()) {
      index[behaviour.method] = &behaviour;
    }
  }
  return index;
}

}  // namespace

const Behaviour* FindBehaviour(absl::string_view method) {
  static const Index& index = *new Index(BuildIndex());
  auto found = index.find(method);
  return found == index.end() ? nullptr : found->second;
}

}  // namespace xapi_gateway::simulator
