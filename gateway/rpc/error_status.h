// Every way in which a call can fail, as the status that its client sees.
//
// Each status carries a google.rpc.Status with an ErrorInfo, and BadRequest or
// RetryInfo where they help. Reasons of the domain "xenapi" are xapi's own
// codes; those of the domain "xapi-gateway" are named here and in
// backend/call/outcome.h.
#ifndef GATEWAY_RPC_ERROR_STATUS_H_
#define GATEWAY_RPC_ERROR_STATUS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/call/outcome.h"
#include "backend/wire/format.h"
#include "gateway/rpc/error_catalog.h"

namespace grpc {
class Status;
}

namespace xapi_gateway::rpc {

inline constexpr absl::string_view kXapiDomain = "xenapi";
inline constexpr absl::string_view kGatewayDomain = "xapi-gateway";

// How long a client should wait before it repeats a call that xapi refused as
// unavailable or in conflict with another; operations last about that long.
inline constexpr absl::Duration kConflictRetryDelay = absl::Seconds(1);

// A failure of the gateway, before it becomes a grpc::Status.
struct GatewayError {
  absl::Status status;
  absl::string_view reason;  // "UNKNOWN_POOL": upper case, stable for ever
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string field;  // path of the offending field or metadata key, if any
  absl::Duration retry_after = absl::ZeroDuration();
};

// The status of `error`.
grpc::Status ToGrpc(const GatewayError& error);

// The status of what xapi answered to `method`.
grpc::Status FromApiError(const ErrorCatalog& catalog, absl::string_view method,
                          const wire::ApiError& error);

// The status of a call of `method` that got no answer.
grpc::Status FromCallFailure(absl::string_view method,
                             const call::CallFailure& failure);

// A request that was not sent on: what transcode::EncodeArguments or
// call::Pool::Start said.
grpc::Status FromRefusal(absl::string_view method, const absl::Status& status);

// A reply that could not be decoded; xapi did what it was asked.
grpc::Status FromDecodeFault(absl::string_view method,
                             const absl::Status& status);

// A response of `bytes` for a client that takes `limit`.
grpc::Status ReplyTooLarge(absl::string_view method, size_t bytes,
                           size_t limit);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_ERROR_STATUS_H_
