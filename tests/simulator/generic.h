// The messages every class has alike: getters, setters, records, constructors.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_GENERIC_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_GENERIC_H_

#include "absl/strings/string_view.h"
#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// The outcome of any message that is not custom.
Outcome RunGeneric(World& world, const Invocation& call);
// The same for a custom message that does what a generic one of this kind does.
Outcome RunGenericAs(MessageKind kind, World& world, const Invocation& call);

// Whether every character is one that XML can carry; the database refuses
// others.
bool IsXmlText(absl::string_view text);

// Adds to a map or set field, or removes from it, as the database does.
Outcome AddToField(World& world, const Class& cls, const std::string& ref,
                   int field, const Value& key, const Value* value);
Outcome RemoveFromField(World& world, const Class& cls, const std::string& ref,
                        int field, const Value& key);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_GENERIC_H_
