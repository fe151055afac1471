// The sessions of one identity on one xapi pool.
//
// Many calls share one session. A further one is opened only when each is
// shared by more than kMaxCallsPerSession calls. However many calls wait,
// there is one login at a time, and after rejected credentials none at all for
// a growing while: directories lock accounts out.
#ifndef BACKEND_SESSION_SESSION_POOL_H_
#define BACKEND_SESSION_SESSION_POOL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/session/backoff.h"
#include "backend/wire/format.h"

namespace xapi_gateway::session {

// How many calls share a session before another one is opened. xapi itself
// sets no limit; it only takes longer to notice that a session is in use.
inline constexpr int kMaxCallsPerSession = 16;

// A session that xapi may forget at any time.
struct Session {
  std::string reference;  // "OpaqueRef:..."
  int leases = 0;
  absl::Time last_used;
};

// The right to use a session for one call; given back when destroyed.
class Lease {
 public:
  Lease() = default;
  Lease(std::shared_ptr<Session> session, absl::Time now)
      : session_(std::move(session)) {
    ++session_->leases;
    session_->last_used = now;
  }
  Lease(Lease&& other) = default;
  Lease& operator=(Lease&& other) {
    Release();
    session_ = std::move(other.session_);
    return *this;
  }
  ~Lease() { Release(); }

  explicit operator bool() const { return session_ != nullptr; }
  const std::string& reference() const { return session_->reference; }
  void Release() {
    if (session_ != nullptr) --session_->leases;
    session_ = nullptr;
  }

 private:
  std::shared_ptr<Session> session_;
};

// A reference; what xapi answered instead; or why there was no answer.
using LoginResult = std::variant<std::string, wire::ApiError, absl::Status>;

struct SessionPoolOptions {
  int max_sessions = 1;
  absl::Duration min_rejected_delay = absl::Seconds(1);
  absl::Duration max_rejected_delay = absl::Minutes(5);
};

// For one thread; it must not be destroyed while a login is in progress.
class SessionPool {
 public:
  // Logs in and runs the argument once, not inside the call.
  using Login = std::function<void(absl::AnyInvocable<void(LoginResult)>)>;
  // Logs out a session, with no news of the end.
  using Logout = std::function<void(std::string reference)>;
  // A lease; or what xapi said to the login (maybe a while ago); or a status
  // when it gave no answer, in which case nobody's credentials are to blame.
  using Acquired = std::variant<Lease, wire::ApiError, absl::Status>;
  using Ready = absl::AnyInvocable<void(Acquired)>;
  using WaiterId = uint64_t;
  using Clock = std::function<absl::Time()>;

  SessionPool(SessionPoolOptions options, Clock clock, Jitter jitter,
              Login login, Logout logout);

  // A lease if there is a session.
  std::optional<Lease> TryAcquire();
  // Runs `ready` once there is a session or none to be had: within the call if
  // credentials were rejected a short while ago. The wait ends with the login
  // that it waits for; callers with an earlier deadline stop it.
  WaiterId Wait(Ready ready);
  // Destroys `ready`; does nothing if it has run.
  void StopWaiting(WaiterId id);

  // xapi answered SESSION_INVALID for `reference`. Of many callers that say
  // so, the first one has it replaced, and the others find it gone.
  void Invalidate(absl::string_view reference);
  // Takes over a session that was logged in by other means.
  void Adopt(std::string reference);
  // Any of the sessions, or "".
  std::string AnyReference() const;

  // What was last answered to rejected credentials, while no login is tried.
  const wire::ApiError* Rejection() const;
  // Notes that credentials were rejected elsewhere; returns for how long no
  // login should be tried.
  absl::Duration Reject(wire::ApiError error);

  // Gives up on a login under way, whose host is gone, and begins another if
  // anybody waits. What the old one yields is logged out.
  void RestartLogin();
  // Whether a session is lent out.
  bool InUse() const;

  // Logs out sessions unused since `before`, but keeps `keep` of them.
  void LogoutIdle(absl::Time before, int keep);
  // Logs out all sessions, used or not; a login in progress is logged out when
  // it is done. Waiters get `status`. For good.
  void Shutdown(absl::Status status);

  int sessions() const { return static_cast<int>(sessions_.size()); }
  bool logging_in() const { return logging_in_; }
  // Nothing is held here, so that the object could go.
  bool Idle() const;

 private:
  std::shared_ptr<Session> LeastUsed() const;
  void OpenAnotherIfBusy(const Session& least_used);
  void StartLogin();
  void OnLogin(uint64_t login, LoginResult result);
  void ServeWaiters();
  void FailWaiters(const std::variant<wire::ApiError, absl::Status>& why);

  const SessionPoolOptions options_;
  const Clock clock_;
  const Login login_;
  const Logout logout_;
  std::vector<std::shared_ptr<Session>> sessions_;
  std::map<WaiterId, Ready> waiters_;
  WaiterId next_waiter_ = 1;
  bool logging_in_ = false;
  uint64_t logins_ = 0;  // begun; names the one whose result counts
  bool shut_down_ = false;
  Backoff rejected_backoff_;
  std::optional<wire::ApiError> rejection_;
  absl::Time rejected_until_ = absl::InfinitePast();
};

// Whether a login failed because of who asked, so that asking again at once
// cannot help and may lock an account.
bool IsCredentialError(const wire::ApiError& error);

}  // namespace xapi_gateway::session

#endif  // BACKEND_SESSION_SESSION_POOL_H_
