// Answers of custom messages that have no behaviour of their own: the right
// type, references that exist, and the plain change the name stands for.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_PLAUSIBLE_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_PLAUSIBLE_H_

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// set_, add_to_ and remove_from_ messages change the field they name; create
// and introduce make an object from arguments named as fields; destroy and
// forget remove it. All others change nothing.
Outcome PlausibleAnswer(World& world, const Invocation& call);

// A value of the type whose references exist where any do.
Value PlausibleValue(const World& world, const Type& type);

// A value given as plain JSON with its datetimes and floats in the form the
// type has them, so that either wire writes them as such.
Value Conform(const Model& model, const Type& type, Value value);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_PLAUSIBLE_H_
