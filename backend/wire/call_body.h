// Puts a whole call together: envelope, session and encoded arguments.
#ifndef BACKEND_WIRE_CALL_BODY_H_
#define BACKEND_WIRE_CALL_BODY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "backend/wire/format.h"

namespace xapi_gateway::wire {

// The body of a POST that calls `method`. `session` is the first argument; an
// empty one is left out (only the login calls take none). `arguments` is what
// JsonWriter or XmlWriter of the same format gave; it may be empty.
std::string CallBody(Format format, absl::string_view method,
                     absl::string_view session, absl::string_view arguments);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_CALL_BODY_H_
