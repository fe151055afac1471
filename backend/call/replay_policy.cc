#include "backend/call/replay_policy.h"

#include <algorithm>

#include "absl/strings/strip.h"

namespace xapi_gateway::call {
namespace {

constexpr absl::string_view kEmergencyCodes[] = {
    "HOST_STILL_BOOTING",
    "HOST_HAS_NO_MANAGEMENT_IP",
    "HOST_ITS_OWN_SLAVE",
    "HOST_MASTER_CANNOT_TALK_BACK",
    "HOST_UNKNOWN_TO_MASTER",
    "HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR",
    "HOST_BROKEN",
    "HA_HOST_CANNOT_ACCESS_STATEFILE",
    "HA_HEARTBEAT_DAEMON_STARTUP_FAILED",
    "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED",
};

// Methods that raise emergency codes, or HOST_IS_SLAVE, about another host and
// after they began to work: from them such a code is an answer.
constexpr absl::string_view kAboutAnotherHost[] = {
    "host.enable",
    "pool.join",
    "pool.join_force",
    "pool.enable_ha",
    "pool.ha_prevent_restarts_for",
};

template <typename Range>
bool Contains(const Range& range, absl::string_view value) {
  return std::find(std::begin(range), std::end(range), value) !=
         std::end(range);
}

bool MayMeanAnotherHost(absl::string_view method) {
  absl::ConsumePrefix(&method, "Async.");
  return Contains(kAboutAnotherHost, method);
}

Verdict JudgeError(const Sent& sent, const wire::ApiError& error) {
  if (error.code == "SESSION_INVALID" && !sent.session.empty() &&
      !error.params.empty() && error.params[0] == sent.session) {
    return Verdict::kReplaySession;
  }
  if (IsRedirect(error) || IsEmergency(error)) {
    return MayMeanAnotherHost(sent.method) ? Verdict::kDeliver
                                           : Verdict::kReplayRedirect;
  }
  return Verdict::kDeliver;
}

}  // namespace

bool IsEmergency(const wire::ApiError& error) {
  return Contains(kEmergencyCodes, error.code);
}

bool IsRedirect(const wire::ApiError& error) {
  return error.code == "HOST_IS_SLAVE";
}

Verdict Judge(const Sent& sent, const CallOutcome& outcome) {
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    return JudgeError(sent, *error);
  }
  auto* failure = std::get_if<CallFailure>(&outcome);
  if (failure == nullptr || failure->reason != FailureReason::kConnectionLost) {
    return Verdict::kDeliver;
  }
  bool harmless =
      failure->execution == Execution::kNotExecuted || sent.idempotent;
  return harmless ? Verdict::kReplayLost : Verdict::kDeliverLost;
}

}  // namespace xapi_gateway::call
