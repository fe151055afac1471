// The two wires that xapi speaks, and what is common to their replies.
#ifndef BACKEND_WIRE_FORMAT_H_
#define BACKEND_WIRE_FORMAT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace xapi_gateway::wire {

// The encodings of one call. JSON-RPC is the default: it carries integers and
// floats exactly; XML-RPC serves hosts that lack the JSON endpoint.
enum class Format { kJsonRpc, kXmlRpc };

// Path to post a call to, such as "/jsonrpc".
absl::string_view HttpPath(Format format);

// Value of the Content-Type header of a call.
absl::string_view ContentType(Format format);

// Bytes that must be allocated, not filled, behind a reply body: the JSON
// reader works on whole vector registers. Reserve them while receiving, and no
// reply is copied again.
inline constexpr size_t kReplyPadding = 64;

// The null reference as xapi writes it. Fields may also hold "" for it.
inline constexpr absl::string_view kNullReference = "OpaqueRef:NULL";

// A failure that xapi itself reported: its code, such as "HANDLE_INVALID", and
// parameters whose number varies even for one code.
struct ApiError {
  std::string code;
  std::vector<std::string> params;
};

// "HANDLE_INVALID [VM, OpaqueRef:1]", for logs.
std::string ToString(const ApiError& error);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_FORMAT_H_
