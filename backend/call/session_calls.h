// Logging in and out, and not losing a session on the way.
#ifndef BACKEND_CALL_SESSION_CALLS_H_
#define BACKEND_CALL_SESSION_CALLS_H_

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "backend/call/exchange.h"
#include "backend/call/outcome.h"
#include "backend/http/transport.h"
#include "backend/session/identity.h"
#include "backend/wire/format.h"

namespace xapi_gateway::call {

// Tries of one logout. One that keeps failing means that the coordinator is
// gone, and its sessions with it: xapi does not store them.
inline constexpr int kMaxLogoutTries = 4;
inline constexpr absl::Duration kLogoutRetryDelay = absl::Milliseconds(200);

// For the loop thread. Every call made here runs to its end, since a login
// that was broken off may leave a session behind that nobody can log out.
class SessionCalls : public std::enable_shared_from_this<SessionCalls> {
 public:
  // The session, or why there is none.
  using LoginOutcome = std::variant<std::string, wire::ApiError, CallFailure>;

  // The uuid, or why it could not be read.
  using UuidOutcome = std::variant<std::string, wire::ApiError, CallFailure>;

  SessionCalls(http::Transport* transport, ExchangeLimits limits,
               absl::Duration login_timeout, std::string originator)
      : transport_(transport),
        limits_(limits),
        login_timeout_(login_timeout),
        originator_(std::move(originator)) {}

  void Login(const Route& route, const session::Identity& identity,
             absl::AnyInvocable<void(LoginOutcome)> done);
  // Reads the uuid of the pool that `reference` is a session of. Returns the
  // request, which may be cancelled: nothing is lost with it.
  http::Transport::RequestId ReadPoolUuid(
      const Route& route, const std::string& reference,
      absl::AnyInvocable<void(UuidOutcome)> done);
  void Logout(const Route& route, std::string reference);

  // For work that holds a session nobody else knows of: counts as pending.
  void Begin() { ++pending_; }
  void Finish();

  // Nothing is begun or tried again any more: the transport is about to go.
  void Close() { closed_ = true; }

  // Logins and logouts under way.
  int pending() const { return pending_; }
  // Logouts that did not succeed in any of their tries.
  int failed_logouts() const { return failed_logouts_; }
  // Runs whenever `pending` has come down to zero.
  void set_on_idle(std::function<void()> on_idle) {
    on_idle_ = std::move(on_idle);
  }

 private:
  void TryLogout(const Route& route, std::string reference, int tries_left);
  void RetryLogout(const Route& route, std::string reference, int tries_left);

  http::Transport* const transport_;
  const ExchangeLimits limits_;
  const absl::Duration login_timeout_;
  const std::string originator_;
  std::function<void()> on_idle_;
  int pending_ = 0;
  int failed_logouts_ = 0;
  bool closed_ = false;
};

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_SESSION_CALLS_H_
