// The policy for calls in flight: what each way of failing proves.
//
// A call is repeated only while its deadline has not passed, at most
// kMaxReplays times, and only as this table allows:
//
//   what happened                          proves         then
//   ------------------------------------------------------------------------
//   name not resolved, refused, TLS        not executed   repeated on the next
//   handshake failed, connect timed out                   coordinator
//   HOST_IS_SLAVE, an emergency code       not executed   likewise: xapi looks
//                                                         at its role first
//   SESSION_INVALID naming the session     not executed   repeated with another
//   that the call was sent with                           session
//   connection broke after the first       nothing        repeated if
//   idempotent, byte may have left, half a reply                      else
//   UNAVAILABLE with
//                                                         execution "unknown"
//   a coordinator was found elsewhere,     nothing        broken off, then as
//   or restarted, while the call runs                     above
//   HTTP 4xx or 501                        not executed   INTERNAL, not
//   repeated HTTP 500                               nothing        INTERNAL,
//   not repeated HTTP 502 to 504                        nothing UNAVAILABLE
//   reply malformed                        nothing        INTERNAL
//   reply over the size limit              executed       RESOURCE_EXHAUSTED
//   deadline passed while waiting          not executed   DEADLINE_EXCEEDED
//   deadline passed after sending          nothing        DEADLINE_EXCEEDED
//   any other error of xapi                (its meaning)  passed on
//
// While there is no coordinator, calls wait for one, within their deadlines.
// When there has been none for PoolOptions::coordinator_wait, those that wait
// end with UNAVAILABLE, and new ones do so at once until one is found.
#ifndef BACKEND_CALL_REPLAY_POLICY_H_
#define BACKEND_CALL_REPLAY_POLICY_H_

#include "absl/strings/string_view.h"
#include "backend/call/outcome.h"
#include "backend/wire/format.h"

namespace xapi_gateway::call {

// Repetitions of one call. Each follows a new coordinator or a new session, so
// that even a pool in turmoil seldom takes more than two.
inline constexpr int kMaxReplays = 6;

enum class Verdict {
  kDeliver,         // the outcome is the caller's
  kReplaySession,   // repeat with another session; this one is gone
  kReplayRedirect,  // the host is no coordinator; repeat on the next
  kReplayLost,      // the host is in doubt; repeat on the next
  kDeliverLost,     // the host is in doubt, and the call may have run
};

// The facts about a call that decide.
struct Sent {
  absl::string_view method;
  absl::string_view session;  // as sent; "" if none
  bool idempotent = false;
};

// What to do about `outcome`, leaving the number of repetitions aside.
Verdict Judge(const Sent& sent, const CallOutcome& outcome);

// Whether `error` is what a host in emergency mode answers to any call.
bool IsEmergency(const wire::ApiError& error);

// Whether `error` is HOST_IS_SLAVE; its parameter names the coordinator.
bool IsRedirect(const wire::ApiError& error);

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_REPLAY_POLICY_H_
