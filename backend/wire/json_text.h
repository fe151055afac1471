// Pieces of JSON text that need no parser.
#ifndef BACKEND_WIRE_JSON_TEXT_H_
#define BACKEND_WIRE_JSON_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace xapi_gateway::wire {

// Appends the JSON value that starts at `begin`, without white space round it.
// The bare words NaN, Infinity and -Infinity, which xapi writes and JSON does
// not know, are put in quotes. Stops at `end` if the value is cut off.
void AppendJsonValue(const char* begin, const char* end, std::string& out);

// Reads a decimal integer in quotes, which may be followed by white space.
bool ParseQuotedInt(std::string_view token, int64_t* out);

// Reads NaN and infinities in the spellings of both wires, in quotes or not.
bool ParseSpecialDouble(absl::string_view token, double* out);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_JSON_TEXT_H_
