// What a custom message does. Behaviours are rows of tables, one table per
// topic; messages without a row get a plausible answer of their result type.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_BEHAVIOUR_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_BEHAVIOUR_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// May the operation start? Runs before it takes any time.
using Check = Error (*)(World&, const Invocation&);
// What it does, after the time it takes.
using Effect = Outcome (*)(World&, const Invocation&);

struct Behaviour {
  absl::string_view method;
  Check check = nullptr;
  Effect effect = nullptr;
  // How long it takes, before Options::operation_scale.
  double seconds = 0;
  // Entry in current_operations of the first argument's object meanwhile;
  // empty = none, and then it never waits for others either.
  absl::string_view operation = "";
  // Whether the task can be cancelled under way.
  bool cancellable = true;
};

absl::Span<const Behaviour> VmPowerBehaviours();
absl::Span<const Behaviour> VmCopyBehaviours();
absl::Span<const Behaviour> VmMoveBehaviours();
absl::Span<const Behaviour> StorageBehaviours();
absl::Span<const Behaviour> NetworkBehaviours();
absl::Span<const Behaviour> HostBehaviours();
absl::Span<const Behaviour> PoolBehaviours();
absl::Span<const Behaviour> TaskBehaviours();
absl::Span<const Behaviour> SessionBehaviours();
absl::Span<const Behaviour> MessageBehaviours();

// nullptr when the message has none.
const Behaviour* FindBehaviour(absl::string_view method);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_BEHAVIOUR_H_
