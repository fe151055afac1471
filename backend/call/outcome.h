// How a call to a xapi pool ended.
#ifndef BACKEND_CALL_OUTCOME_H_
#define BACKEND_CALL_OUTCOME_H_

#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/wire/format.h"
#include "backend/wire/reply.h"

namespace xapi_gateway::call {

// Whether xapi did what a failed call asked for.
enum class Execution {
  kNotExecuted,  // proven: the caller may repeat it
  kUnknown,      // the connection broke after the request may have left
  kExecuted,     // it ran; only its reply could not be delivered
};

// Why the gateway itself gave up on a call.
enum class FailureReason {
  kNoCoordinator,      // no coordinator of the pool was found in time
  kConnectionLost,     // the connection broke; see `execution`
  kCoordinatorMoved,   // redirected too often within one call
  kQueueFull,          // too many calls wait already
  kTooManyIdentities,  // no room for sessions of one more identity
  kDeadlineExceeded,   // the message says where the call was waiting
  kCancelled,          // by Pool::Cancel
  kShutdown,           // the pool is being shut down
  kRequestTooLarge,    // the body exceeds xapi's limit
  kReplyTooLarge,      // the reply exceeds the configured cap
  kMalformedReply,     // HTTP 200, but no reply to a call
  kHttpStatus,         // another HTTP status than 200
  kBadArguments,       // the arguments cannot be written in this wire format
};

// "NO_COORDINATOR" and the like, for ErrorInfo.reason.
absl::string_view ReasonName(FailureReason reason);

// "not_executed", "unknown" or "executed".
absl::string_view ExecutionName(Execution execution);

// A failure of the gateway or of the way to xapi, not one xapi reported.
struct CallFailure {
  // UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL,
  // INVALID_ARGUMENT or CANCELLED, with one sentence that names the host and
  // what was wrong.
  absl::Status status;
  FailureReason reason = FailureReason::kConnectionLost;
  Execution execution = Execution::kNotExecuted;
  // When another try makes sense; zero if that is not known.
  absl::Duration retry_after = absl::ZeroDuration();
};

// Exactly one of: a successful reply, still encoded; what xapi reported; what
// went wrong before xapi could report anything.
//
// An ApiError is passed on untouched. Never seen here, because the pool deals
// with them: HOST_IS_SLAVE and the emergency codes from a host that lost its
// role, and SESSION_INVALID for the pool's own sessions unless a fresh session
// was refused as well. SESSION_AUTHENTICATION_FAILED also stands for a login
// that was not tried again because the same credentials were just rejected.
using CallOutcome = std::variant<wire::Reply, wire::ApiError, CallFailure>;

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_OUTCOME_H_
