// Arguments as the real server decodes them: which spellings each type accepts
// and what it answers to all others.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_TYPES_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_TYPES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "tests/simulator/model.h"
#include "tests/simulator/result.h"

namespace xapi_gateway::simulator {

inline constexpr absl::string_view kNullRef = "OpaqueRef:NULL";
inline constexpr absl::string_view kNever = "19700101T00:00:00Z";

// True for both spellings of "no object".
inline bool IsNullRef(absl::string_view ref) {
  return ref.empty() || ref == kNullRef;
}

// The value in its stored form: integers parsed, enums in the model's case,
// datetimes normalised. Fails with INTERNAL_ERROR as the real server does.
Outcome Decode(const Type& type, const Value& value);

// Integers are decimal digits, or what OCaml reads: 0x10, 1_000, +5.
std::optional<int64_t> ParseInteger(absl::string_view text);

// The stored form of a datetime in any accepted spelling: fractions dropped,
// offset kept, hyphens removed, Z added when no zone is given.
std::optional<std::string> NormalizeDateTime(absl::string_view text);

// What a field of this type holds when nothing says otherwise: zero, empty,
// the null reference, the first enum value, an empty record.
Value ZeroValue(const Type& type);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_TYPES_H_
