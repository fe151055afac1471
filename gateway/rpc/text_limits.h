// Keeps texts that come from xapi or a client fit for gRPC's metadata.
#ifndef GATEWAY_RPC_TEXT_LIMITS_H_
#define GATEWAY_RPC_TEXT_LIMITS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace xapi_gateway::rpc {

// gRPC clients refuse more than 8 KiB of metadata, and then show nothing of the
// error. The bounds below keep message and details under it in the worst case:
// the message is sent twice, once percent-encoded (three bytes for one), and
// the details in base64 (four bytes for three).

// A status message, in bytes.
inline constexpr size_t kMaxMessageBytes = 1024;
// One value in the details, in bytes.
inline constexpr size_t kMaxValueBytes = 512;
// All values in the details together, in bytes.
inline constexpr size_t kMaxValuesBytes = 1536;

// `text` in valid UTF-8 and at most `max_bytes` long: what is no UTF-8 becomes
// "?", and what is cut off is told by a mark at the end, "...[+123 bytes]".
std::string Clip(absl::string_view text, size_t max_bytes);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_TEXT_LIMITS_H_
