#include "backend/session/session_pool.h"

#include <algorithm>

namespace xapi_gateway::session {

bool IsCredentialError(const wire::ApiError& error) {
  return error.code == "SESSION_AUTHENTICATION_FAILED" ||
         error.code == "SESSION_AUTHORIZATION_FAILED" ||
         error.code == "RBAC_PERMISSION_DENIED";
}

SessionPool::SessionPool(SessionPoolOptions options, Clock clock, Jitter jitter,
                         Login login, Logout logout)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      login_(std::move(login)),
      logout_(std::move(logout)),
      rejected_backoff_(options_.min_rejected_delay,
                        options_.max_rejected_delay, std::move(jitter)) {}

std::shared_ptr<Session> SessionPool::LeastUsed() const {
  auto least = std::min_element(
      sessions_.begin(), sessions_.end(),
      [](const auto& a, const auto& b) { return a->leases < b->leases; });
  return least == sessions_.end() ? nullptr : *least;
}

std::optional<Lease> SessionPool::TryAcquire() {
  std::shared_ptr<Session> session = LeastUsed();
  if (session == nullptr) return std::nullopt;
  OpenAnotherIfBusy(*session);
  return Lease(std::move(session), clock_());
}

void SessionPool::OpenAnotherIfBusy(const Session& least_used) {
  bool wanted = least_used.leases >= kMaxCallsPerSession &&
                sessions() < options_.max_sessions && Rejection() == nullptr;
  if (wanted && !logging_in_ && !shut_down_) StartLogin();
}

SessionPool::WaiterId SessionPool::Wait(Ready ready) {
  WaiterId id = next_waiter_++;
  if (const wire::ApiError* rejection = Rejection();
      rejection != nullptr && sessions_.empty()) {
    ready(*rejection);
    return id;
  }
  waiters_.emplace(id, std::move(ready));
  if (!logging_in_) StartLogin();
  return id;
}

void SessionPool::StopWaiting(WaiterId id) { waiters_.erase(id); }

void SessionPool::StartLogin() {
  logging_in_ = true;
  login_([this, login = ++logins_](LoginResult result) {
    OnLogin(login, std::move(result));
  });
}

void SessionPool::RestartLogin() {
  if (!logging_in_) return;
  ++logins_;
  logging_in_ = false;
  if (!waiters_.empty() && !shut_down_) StartLogin();
}

bool SessionPool::InUse() const {
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [](const auto& session) { return session->leases > 0; });
}

void SessionPool::OnLogin(uint64_t login, LoginResult result) {
  if (login != logins_) {
    auto* late = std::get_if<std::string>(&result);
    if (late != nullptr) logout_(std::move(*late));
    return;
  }
  logging_in_ = false;
  if (auto* reference = std::get_if<std::string>(&result)) {
    rejected_backoff_.Reset();
    Adopt(std::move(*reference));
    return;
  }
  if (auto* error = std::get_if<wire::ApiError>(&result)) {
    if (IsCredentialError(*error)) Reject(*error);
    FailWaiters(*error);
    return;
  }
  FailWaiters(std::get<absl::Status>(result));
}

void SessionPool::Adopt(std::string reference) {
  if (shut_down_) {
    logout_(std::move(reference));
    return;
  }
  rejection_.reset();
  sessions_.push_back(
      std::make_shared<Session>(Session{std::move(reference), 0, clock_()}));
  ServeWaiters();
}

void SessionPool::ServeWaiters() {
  // One that waits anew is left for the next login.
  const WaiterId end = next_waiter_;
  while (!waiters_.empty() && waiters_.begin()->first < end) {
    std::shared_ptr<Session> session = LeastUsed();
    if (session == nullptr) break;
    auto waiter = waiters_.extract(waiters_.begin());
    waiter.mapped()(Lease(std::move(session), clock_()));
  }
  if (!waiters_.empty() && !logging_in_ && !shut_down_) StartLogin();
}

void SessionPool::FailWaiters(
    const std::variant<wire::ApiError, absl::Status>& why) {
  const WaiterId end = next_waiter_;
  while (!waiters_.empty() && waiters_.begin()->first < end) {
    auto waiter = waiters_.extract(waiters_.begin());
    std::visit([&](const auto& reason) { waiter.mapped()(reason); }, why);
  }
  if (!waiters_.empty() && !logging_in_ && !shut_down_) StartLogin();
}

void SessionPool::Invalidate(absl::string_view reference) {
  sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(),
                                 [&](const auto& session) {
                                   return session->reference == reference;
                                 }),
                  sessions_.end());
}

std::string SessionPool::AnyReference() const {
  return sessions_.empty() ? "" : sessions_.front()->reference;
}

const wire::ApiError* SessionPool::Rejection() const {
  bool recent = rejection_.has_value() && clock_() < rejected_until_;
  return recent ? &*rejection_ : nullptr;
}

absl::Duration SessionPool::Reject(wire::ApiError error) {
  absl::Duration delay = rejected_backoff_.Next();
  rejection_ = std::move(error);
  rejected_until_ = clock_() + delay;
  return delay;
}

void SessionPool::LogoutIdle(absl::Time before, int keep) {
  std::vector<std::shared_ptr<Session>> kept;
  for (auto& session : sessions_) {
    bool idle = session->leases == 0 && session->last_used < before;
    if (!idle || static_cast<int>(kept.size()) < keep) {
      kept.push_back(std::move(session));
    } else {
      logout_(session->reference);
    }
  }
  sessions_ = std::move(kept);
}

void SessionPool::Shutdown(absl::Status status) {
  shut_down_ = true;
  std::vector<std::shared_ptr<Session>> sessions;
  sessions.swap(sessions_);
  for (auto& session : sessions) logout_(session->reference);
  FailWaiters(std::move(status));
}

bool SessionPool::Idle() const {
  return sessions_.empty() && waiters_.empty() && !logging_in_ &&
         Rejection() == nullptr;
}

}  // namespace xapi_gateway::session
