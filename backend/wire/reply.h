// Tells a failed call from a successful one without decoding its result.
#ifndef BACKEND_WIRE_REPLY_H_
#define BACKEND_WIRE_REPLY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "backend/wire/format.h"

namespace xapi_gateway::wire {

// The body of an HTTP 200 reply to a call, as received.
struct Reply {
  Format format = Format::kJsonRpc;
  std::string body;
};

// The error that `reply` reports, in any of xapi's shapes (1.0 array, 2.0
// object, the array form of failures before dispatch), or nullopt for a
// success. A success is recognised by the head of the body alone, so the cost
// does not grow with it; its tail may still prove malformed when decoded.
// INTERNAL if the body is no reply at all. May grow the body's capacity.
absl::StatusOr<std::optional<ApiError>> ReadError(Reply& reply);

// The result as text, for calls whose result is a single string (a session or
// task reference). INTERNAL if it is anything else.
absl::StatusOr<std::string> ReadString(Reply& reply);

// The result as compact JSON, whatever its type; XML's untyped texts become
// JSON strings.
absl::StatusOr<std::string> ReadJson(Reply& reply);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_REPLY_H_
