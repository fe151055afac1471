// The part of PoolCore that deals with the coordinator and with sessions.
#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "backend/call/pool_core.h"

namespace xapi_gateway::call {
namespace {

// Calls that need no session share one lane: there is nobody to tell apart.
constexpr absl::string_view kNoSessionKey = "\x01";

// Sessions are looked over this many times per PoolOptions::session_idle.
constexpr int kIdleChecks = 4;

CallFailure BrokenOff(const http::Endpoint& now_at) {
  CallFailure failure;
  failure.reason = FailureReason::kConnectionLost;
  failure.execution = Execution::kUnknown;
  failure.status = absl::UnavailableError(
      absl::StrCat("the coordinator changed while the call was running; it is "
                   "now ",
                   now_at.text()));
  return failure;
}

}  // namespace

std::unique_ptr<session::SessionPool> PoolCore::MakeSessions(
    std::shared_ptr<const session::Identity> identity, int max_sessions) {
  session::SessionPoolOptions options;
  options.max_sessions = max_sessions;
  options.min_rejected_delay = options_.min_rejected_delay;
  options.max_rejected_delay = options_.max_rejected_delay;
  return std::make_unique<session::SessionPool>(
      options, [this] { return loop_.Now(); }, jitter_,
      [this, identity](absl::AnyInvocable<void(session::LoginResult)> done) {
        LoginFor(*identity, std::move(done));
      },
      [this](std::string reference) {
        session_calls_->Logout(coordinator_.last_route(), std::move(reference));
      });
}

void PoolCore::LoginFor(const session::Identity& identity, LoginDone done) {
  Route route = coordinator_.last_route();
  uint64_t generation = coordinator_.connection() != nullptr
                            ? coordinator_.connection()->generation
                            : 0;
  session_calls_->Login(
      route, identity,
      [self = shared_from_this(), route, generation,
       done = std::move(done)](SessionCalls::LoginOutcome outcome) mutable {
        if (auto* reference = std::get_if<std::string>(&outcome)) {
          self->CheckLogin(route, generation, std::move(*reference),
                           std::move(done));
        } else if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
          self->RefuseLogin(generation, std::move(*error), std::move(done));
        } else {
          self->RefuseLogin(generation,
                            std::get<CallFailure>(std::move(outcome)),
                            std::move(done));
        }
      });
}

void PoolCore::CheckLogin(const Route& route, uint64_t generation,
                          std::string reference, LoginDone done) {
  session_calls_->Begin();
  session_calls_->ReadPoolUuid(
      route, reference,
      [self = shared_from_this(), route, generation, reference,
       done = std::move(done)](SessionCalls::UuidOutcome outcome) mutable {
        auto* uuid = std::get_if<std::string>(&outcome);
        if (uuid != nullptr && *uuid == self->coordinator_.pool_uuid()) {
          done(std::move(reference));
          self->coordinator_.ReadHosts();
          self->Count();
        } else {
          self->session_calls_->Logout(route, std::move(reference));
          CallFailure failure;
          if (auto* found = std::get_if<CallFailure>(&outcome)) {
            failure = std::move(*found);
          } else {
            failure.status = absl::UnavailableError(absl::StrCat(
                route.endpoint.text(), " is not the pool's any more"));
          }
          self->RefuseLogin(generation, std::move(failure), std::move(done));
        }
        self->session_calls_->Finish();
      });
}

void PoolCore::RefuseLogin(uint64_t generation, CallOutcome outcome,
                           LoginDone done) {
  if (auto* failure = std::get_if<CallFailure>(&outcome)) {
    // A directory can be slow while xapi itself is well.
    if (failure->reason == FailureReason::kDeadlineExceeded) {
      coordinator_.Check();
    } else {
      SuspectBecause(generation, outcome);
    }
    done(failure->status);
    return;
  }
  auto& error = std::get<wire::ApiError>(outcome);
  if (IsRedirect(error) || IsEmergency(error)) {
    SuspectBecause(generation, outcome);
    done(absl::UnavailableError(wire::ToString(error)));
  } else {
    done(std::move(error));
  }
}

bool PoolCore::IsOwn(const Call& call) const {
  return call.spec.with_session &&
         (call.spec.identity == nullptr ||
          call.spec.identity->key == own_identity_->key);
}

absl::string_view PoolCore::KeyOf(const Call& call) const {
  if (!call.spec.with_session) return kNoSessionKey;
  return call.spec.identity == nullptr ? own_identity_->key
                                       : call.spec.identity->key;
}

session::SessionPool* PoolCore::SessionsFor(const Call& call) {
  if (IsOwn(call)) return own_sessions_.get();
  auto found = others_.find(call.spec.identity->key);
  if (found != others_.end()) return found->second.sessions.get();
  if (!MakeRoomForIdentity()) return nullptr;
  auto sessions =
      MakeSessions(call.spec.identity, options_.max_sessions_per_identity);
  session::SessionPool* result = sessions.get();
  others_.emplace(call.spec.identity->key,
                  Identified{call.spec.identity, std::move(sessions)});
  return result;
}

// One identity that does nothing at the moment may be logged out for another.
bool PoolCore::MakeRoomForIdentity() {
  if (static_cast<int>(others_.size()) < options_.max_identities) return true;
  for (auto it = others_.begin(); it != others_.end(); ++it) {
    session::SessionPool& sessions = *it->second.sessions;
    if (sessions.InUse() || sessions.logging_in() ||
        sessions.Rejection() != nullptr) {
      continue;
    }
    sessions.LogoutIdle(absl::InfiniteFuture(), 0);
    others_.erase(it);
    return true;
  }
  return false;
}

// One waits for all: the calls of the identity stay in the queue, in order and
// counted, and none of them has its turn meanwhile.
void PoolCore::WaitForSession(const std::string& key,
                              session::SessionPool& sessions) {
  queue_.Hold(key);
  sessions.Wait([this, key](session::SessionPool::Acquired acquired) {
    OnSession(key, std::move(acquired));
  });
}

void PoolCore::OnSession(const std::string& key,
                         session::SessionPool::Acquired acquired) {
  queue_.Release(key);
  if (auto* error = std::get_if<wire::ApiError>(&acquired)) {
    EndQueued(queue_.Of(key), *error);
  }
  // A mere status means that the coordinator was lost: wait for the next one.
  // Not from here: the lease goes first, and this may be inside Dispatch.
  loop_.Post([self = shared_from_this()] {
    self->Count();
    self->Pump();
  });
}

void PoolCore::OnConnected(bool same_process) {
  if (circuit_timer_ != 0) loop_.CancelTimer(circuit_timer_);
  circuit_timer_ = 0;
  broken_ = false;
  format_ = coordinator_.connection()->route.format;
  last_answer_ = loop_.Now();
  if (!same_process) {
    for (auto& [key, other] : others_) other.sessions->RestartLogin();
    BreakOffOlderThan(coordinator_.connection()->generation);
  }
  Count();
  Pump();
}

void PoolCore::BreakOffOlderThan(uint64_t generation) {
  std::vector<CallId> ids;
  for (const auto& [id, call] : calls_) {
    if (call->request != 0 && call->generation < generation) ids.push_back(id);
  }
  const http::Endpoint now_at = coordinator_.last_route().endpoint;
  for (CallId id : ids) {
    auto found = calls_.find(id);
    if (found == calls_.end()) continue;
    transport_->Cancel(found->second->request);
    OnOutcome(id, BrokenOff(now_at));
  }
}

void PoolCore::OnLost() { ArmCircuitBreaker(); }

void PoolCore::ArmCircuitBreaker() {
  if (circuit_timer_ != 0) loop_.CancelTimer(circuit_timer_);
  circuit_timer_ = loop_.RunAt(
      loop_.Now() + options_.coordinator_wait, [self = shared_from_this()] {
        self->circuit_timer_ = 0;
        self->broken_ = true;
        self->EndQueued(self->queue_.All(), self->NoCoordinatorFailure());
      });
}

CallFailure PoolCore::NoCoordinatorFailure() const {
  CallFailure failure;
  failure.reason = FailureReason::kNoCoordinator;
  failure.retry_after = options_.max_probe_delay;
  failure.status = absl::UnavailableError(absl::StrCat(
      "pool \"", options_.name, "\" has had no coordinator for more than ",
      absl::FormatDuration(options_.coordinator_wait), ": ",
      coordinator_.problem()));
  return failure;
}

void PoolCore::OnRejected(const wire::ApiError& error) {
  EndQueued(queue_.Of(own_identity_->key), error);
}

void PoolCore::SuspectBecause(uint64_t generation, const CallOutcome& outcome) {
  if (auto* failure = std::get_if<CallFailure>(&outcome)) {
    coordinator_.Suspect(generation, std::string(failure->status.message()),
                         "");
  } else if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    bool named = IsRedirect(*error) && !error->params.empty();
    coordinator_.Suspect(generation,
                         absl::StrCat(coordinator_.last_route().endpoint.text(),
                                      " answered ", wire::ToString(*error)),
                         named ? error->params[0] : "");
  }
}

void PoolCore::CheckSilence() {
  absl::Time before = loop_.Now() - options_.silence_before_check;
  if (active_ == 0 || last_answer_ > before) return;
  bool waiting =
      std::any_of(calls_.begin(), calls_.end(), [before](const auto& entry) {
        return entry.second->request != 0 && entry.second->sent_at < before;
      });
  if (waiting) coordinator_.Check();
}

void PoolCore::LogoutIdle() {
  if (coordinator_.connection() == nullptr) return;
  absl::Time before = loop_.Now() - options_.session_idle;
  own_sessions_->LogoutIdle(before, 1);
  for (auto it = others_.begin(); it != others_.end();) {
    it->second.sessions->LogoutIdle(before, 0);
    it = it->second.sessions->Idle() ? others_.erase(it) : std::next(it);
  }
}

void PoolCore::Housekeep() {
  CheckSilence();
  LogoutIdle();
  Count();
  absl::Duration pause = std::min(options_.silence_before_check / 2,
                                  options_.session_idle / kIdleChecks);
  housekeeping_timer_ = loop_.RunAt(
      loop_.Now() + pause, [self = shared_from_this()] { self->Housekeep(); });
}

}  // namespace xapi_gateway::call
