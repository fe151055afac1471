#include "tests/simulator/behaviour.h"

namespace xapi_gateway::simulator {

absl::Span<const Behaviour> StorageBehaviours() { return {}; }

}  // namespace xapi_gateway::simulator
