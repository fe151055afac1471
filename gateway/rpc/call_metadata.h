// What clients say about a call in its metadata, besides the request.
#ifndef GATEWAY_RPC_CALL_METADATA_H_
#define GATEWAY_RPC_CALL_METADATA_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/rpc/error_status.h"

namespace grpc {
class ServerContextBase;
}

namespace xapi_gateway::rpc {

// Keys; each may come once at most.
inline constexpr absl::string_view kPoolKey = "xapi-pool";
inline constexpr absl::string_view kMaxReplyBytesKey = "xapi-max-reply-bytes";
inline constexpr absl::string_view kRequestIdKey = "x-request-id";
inline constexpr absl::string_view kTraceparentKey = "traceparent";

// Longest request id taken from a client; it goes to each line of the log.
inline constexpr size_t kMaxRequestIdBytes = 128;

struct CallMetadata {
  std::string pool;                       // "" if not given
  std::optional<size_t> max_reply_bytes;  // at least 1
  // Printable ASCII; "" if not given, or not fit to be logged.
  std::string request_id;
  std::string traceparent;  // as sent
};

// Reads the metadata of a call. INVALID_ARGUMENT names the faulty key.
std::variant<CallMetadata, GatewayError> ReadMetadata(
    const grpc::ServerContextBase& context);

// Bounds of a call's time, from the configuration.
struct DeadlineLimits {
  absl::Duration default_deadline = absl::Seconds(60);
  absl::Duration max_deadline = absl::Hours(1);
};

// The deadline of a call that begins now: the client's, cut to the maximum, or
// the default. May have passed.
absl::Time ChooseDeadline(absl::Time client_deadline, absl::Time now,
                          const DeadlineLimits& limits);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_CALL_METADATA_H_
