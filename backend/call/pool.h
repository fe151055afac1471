// One xapi pool: makes calls on its coordinator, wherever that is.
//
//   auto pool = Pool::Create(std::move(options), client);
//   auto id = (*pool)->Start(std::move(spec), [](CallOutcome outcome) {...});
//
// The pool finds the coordinator from any of its hosts, keeps the sessions,
// bounds what xapi has to carry, and repeats a call where that is proven to be
// harmless. The rules for calls in flight stand in
// backend/call/replay_policy.h.
#ifndef BACKEND_CALL_POOL_H_
#define BACKEND_CALL_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/call/outcome.h"
#include "backend/call/pool_options.h"
#include "backend/wire/format.h"

namespace xapi_gateway::http {
class Transport;
}

namespace xapi_gateway::call {

struct CallSpec {
  std::string method;  // "VM.start"
  // Whether the session is the first argument: true for all but login calls.
  bool with_session = true;
  // Executing it a second time makes no difference, so it may be repeated when
  // it is not known whether the first one ran.
  bool idempotent = false;
  // When the call ends with DEADLINE_EXCEEDED at the latest. Must be finite.
  absl::Time deadline;
  // W3C trace context passed on to xapi; empty or malformed: none is sent.
  std::string traceparent;
  // On whose behalf; null: the pool's own identity.
  std::shared_ptr<const Identity> identity;
  // Writes the arguments, without the session. Pure: it may run again, on the
  // transport's thread, when the call has to be repeated in the other format.
  std::function<absl::StatusOr<std::string>(wire::Format)> arguments;
};

// Names a started call; never reused.
using CallId = uint64_t;

// For health checks and metrics; a snapshot.
struct PoolState {
  enum class Phase {
    kProbing,    // looking for the coordinator among all known hosts
    kFollowing,  // a host was named as coordinator and is being checked
    kConnected,
    kShutdown,
  };
  Phase phase = Phase::kProbing;
  std::string coordinator;  // endpoint, such as "https://10.0.0.1:443"
  std::string pool_uuid;    // "" until a coordinator was seen
  std::string problem;      // why there is no connection, in one sentence
  std::vector<std::string> hosts;  // endpoints that are probed
  uint64_t connections = 0;        // how often a coordinator was found
  int active_calls = 0;            // admitted, not yet answered
  int queued_calls = 0;
  int sessions = 0;  // logged in now, over all identities
};

// "probing", "following", "connected" or "shutdown".
absl::string_view PhaseName(PoolState::Phase phase);

// Thread-safe. Nothing blocks but Shutdown.
class Pool {
 public:
  // Runs exactly once for a call that was started, on the transport's loop
  // thread, without a lock held. It must not block, and hand longer work on.
  using Done = absl::AnyInvocable<void(CallOutcome)>;
  using StateListener = std::function<void(const PoolState&)>;

  // Starts looking for the coordinator at once. `transport` (an http::Client,
  // one for each pool, since it holds the TLS options) must outlive the pool.
  // `listener` (may be null) runs on the loop thread whenever the phase
  // changes; what it uses must live as long as the transport.
  // INVALID_ARGUMENT if an option makes no sense.
  static absl::StatusOr<std::unique_ptr<Pool>> Create(
      PoolOptions options, http::Transport* transport,
      StateListener listener = nullptr);

  // Fails every call left, without logging out: call Shutdown first.
  virtual ~Pool() = default;

  // Writes the arguments on the calling thread, so that bad input fails before
  // anything is sent, then queues the call. If it returns an error, `done`
  // never runs: the status of `arguments`, INVALID_ARGUMENT for a body over
  // xapi's limit, DEADLINE_EXCEEDED if the deadline has passed.
  virtual absl::StatusOr<CallId> Start(CallSpec spec, Done done) = 0;

  // Ends a call with CANCELLED unless it has ended. xapi goes on with what it
  // has begun. Does nothing for an unknown or ended call.
  virtual void Cancel(CallId id) = 0;

  // The format that the next call will probably use.
  virtual wire::Format format() const = 0;

  virtual PoolState state() const = 0;

  // Replaces the hosts to probe, as addresses that xapi gave (`host.address`).
  // The pool does so itself after each login; changes seen between logins come
  // from whoever watches events.
  virtual void UpdateHosts(std::vector<std::string> addresses) = 0;

  // Refuses new calls, ends those in progress with UNAVAILABLE, and logs out
  // every session. Blocks until that is done; DEADLINE_EXCEEDED says how many
  // sessions were left. Not from the loop thread. A second one does nothing.
  virtual absl::Status Shutdown(absl::Time deadline) = 0;
};

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_POOL_H_
