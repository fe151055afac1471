#include "backend/call/outcome.h"

namespace xapi_gateway::call {

absl::string_view ReasonName(FailureReason reason) {
  switch (reason) {
    case FailureReason::kNoCoordinator:
      return "NO_COORDINATOR";
    case FailureReason::kConnectionLost:
      return "CONNECTION_LOST";
    case FailureReason::kCoordinatorMoved:
      return "COORDINATOR_MOVED";
    case FailureReason::kQueueFull:
      return "QUEUE_FULL";
    case FailureReason::kTooManyIdentities:
      return "TOO_MANY_IDENTITIES";
    case FailureReason::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case FailureReason::kCancelled:
      return "CANCELLED";
    case FailureReason::kShutdown:
      return "SHUTDOWN";
    case FailureReason::kRequestTooLarge:
      return "REQUEST_TOO_LARGE";
    case FailureReason::kReplyTooLarge:
      return "REPLY_TOO_LARGE";
    case FailureReason::kMalformedReply:
      return "MALFORMED_REPLY";
    case FailureReason::kHttpStatus:
      return "HTTP_STATUS";
    case FailureReason::kBadArguments:
      return "BAD_ARGUMENTS";
  }
  return "UNKNOWN";
}

absl::string_view ExecutionName(Execution execution) {
  switch (execution) {
    case Execution::kNotExecuted:
      return "not_executed";
    case Execution::kUnknown:
      return "unknown";
    case Execution::kExecuted:
      return "executed";
  }
  return "unknown";
}

}  // namespace xapi_gateway::call
