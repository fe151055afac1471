#include "backend/call/pool_core.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace xapi_gateway::call {
namespace {

CallFailure MakeFailure(FailureReason reason, absl::Status status,
                        Execution execution = Execution::kNotExecuted) {
  CallFailure failure;
  failure.reason = reason;
  failure.status = std::move(status);
  failure.execution = execution;
  return failure;
}

CallFailure DeadlineFailure(const PoolOptions& options, absl::string_view at) {
  return MakeFailure(FailureReason::kDeadlineExceeded,
                     absl::DeadlineExceededError(absl::StrCat(
                         "pool \"", options.name,
                         "\": the deadline passed while the call was "
                         "waiting for ",
                         std::string(at))));
}

}  // namespace

PoolCore::PoolCore(PoolOptions options, std::vector<http::Endpoint> seeds,
                   http::Transport* transport, session::Jitter jitter,
                   Pool::StateListener listener)
    : options_(std::move(options)),
      transport_(transport),
      loop_(transport->loop()),
      limits_{options_.connect_timeout, options_.max_reply_bytes},
      jitter_(std::move(jitter)),
      listener_(std::move(listener)),
      own_identity_(
          std::make_shared<const session::Identity>(options_.identity)),
      session_calls_(std::make_shared<SessionCalls>(
          transport, limits_, options_.login_timeout, options_.originator)),
      // One is kept for finding the coordinator again.
      own_sessions_(MakeSessions(
          own_identity_, std::max(1, options_.max_sessions_per_identity - 1))),
      attempt_context_{transport, session_calls_.get(), own_sessions_.get(),
                       &options_, limits_},
      coordinator_(attempt_context_, std::move(seeds), jitter_,
                   {[this](bool same_process) { OnConnected(same_process); },
                    [this] { OnLost(); },
                    [this](const wire::ApiError& error) { OnRejected(error); },
                    [this] { Publish(); }}),
      queue_(options_.max_queued_calls, kMaxQueuedBytes),
      format_(coordinator_.last_route().format) {
  Publish();
}

void PoolCore::Open() {
  coordinator_.Start();
  ArmCircuitBreaker();
  Housekeep();
}

PoolState PoolCore::state() const {
  absl::MutexLock lock(&mu_);
  PoolState state = published_;
  state.active_calls = active_count_;
  state.queued_calls = queued_count_;
  state.sessions = session_count_;
  return state;
}

void PoolCore::Publish() {
  PoolState state;
  state.phase = coordinator_.phase();
  state.pool_uuid = coordinator_.pool_uuid();
  state.problem = coordinator_.problem();
  state.hosts = coordinator_.HostNames();
  if (const auto* connection = coordinator_.connection()) {
    state.coordinator = connection->route.endpoint.text();
    state.connections = connection->generation;
  }
  Count();
  bool changed;
  {
    absl::MutexLock lock(&mu_);
    if (state.connections == 0) state.connections = published_.connections;
    changed = published_.phase != state.phase;
    published_ = state;
  }
  if (changed && listener_ && !closed_) listener_(this->state());
}

void PoolCore::Count() {
  int sessions = own_sessions_->sessions();
  for (const auto& [key, other] : others_)
    sessions += other.sessions->sessions();
  session_count_ = sessions;
  active_count_ = active_;
  queued_count_ = static_cast<int>(queue_.size());
}

std::optional<CallOutcome> PoolCore::RefuseAtOnce(const Call& call) const {
  if (shut_down_) {
    return MakeFailure(FailureReason::kShutdown,
                       absl::UnavailableError(absl::StrCat(
                           "pool \"", options_.name, "\" is being shut down")));
  }
  if (coordinator_.connection() != nullptr) return std::nullopt;
  const wire::ApiError* rejection = own_sessions_->Rejection();
  if (rejection != nullptr && IsOwn(call)) return *rejection;
  if (broken_) return NoCoordinatorFailure();
  return std::nullopt;
}

void PoolCore::Submit(std::unique_ptr<Call> submitted) {
  CallId id = submitted->id;
  Call& call = *submitted;
  calls_.emplace(id, std::move(submitted));
  if (auto refusal = RefuseAtOnce(call)) {
    End(id, *std::move(refusal));
    return;
  }
  Enqueue(call);
}

void PoolCore::Enqueue(Call& call) {
  CallId id = call.id;
  bool again = call.replays > 0;
  std::optional<CallId> leaving;
  if (again) {
    queue_.PushFront(KeyOf(call), id, call.arguments.size());
  } else {
    leaving = queue_.Push(KeyOf(call), id, call.arguments.size());
  }
  if (leaving) {
    CallFailure full = MakeFailure(FailureReason::kQueueFull,
                                   absl::ResourceExhaustedError(absl::StrCat(
                                       "pool \"", options_.name,
                                       "\": too many calls wait for their "
                                       "turn")));
    full.retry_after = kQueueFullRetryAfter;
    End(*leaving, std::move(full));
    if (*leaving == id) return;
  }
  Pump();
  // Most calls were sent in Pump, and need no timer.
  auto found = calls_.find(id);
  if (found != calls_.end()) ArmDeadline(*found->second);
}

void PoolCore::ArmDeadline(Call& call) {
  if (call.request != 0 || call.deadline_timer != 0) return;
  call.deadline_timer =
      loop_.RunAt(call.deadline, [self = shared_from_this(), id = call.id] {
        auto found = self->calls_.find(id);
        if (found == self->calls_.end()) return;
        found->second->deadline_timer = 0;
        bool connected = self->coordinator_.connection() != nullptr;
        self->End(id, DeadlineFailure(self->options_,
                                      connected ? "its turn or a session"
                                                : "a coordinator"));
      });
}

void PoolCore::Pump() {
  while (coordinator_.connection() != nullptr &&
         active_ < options_.max_concurrent_calls) {
    std::optional<CallId> id = queue_.Pop();
    if (!id) break;
    Dispatch(*calls_.at(*id));
  }
  active_count_ = active_;
  queued_count_ = static_cast<int>(queue_.size());
}

void PoolCore::Dispatch(Call& call) {
  if (call.spec.with_session) {
    session::SessionPool* sessions = SessionsFor(call);
    if (sessions == nullptr) {
      CallFailure full =
          MakeFailure(FailureReason::kTooManyIdentities,
                      absl::ResourceExhaustedError(absl::StrCat(
                          "pool \"", options_.name, "\" serves ",
                          options_.max_identities, " users already")));
      full.retry_after = options_.connect_timeout;
      End(call.id, std::move(full));
      return;
    }
    std::optional<session::Lease> lease = sessions->TryAcquire();
    if (!lease) {
      std::string key(KeyOf(call));
      queue_.PushFront(key, call.id, call.arguments.size());
      WaitForSession(key, *sessions);
      return;
    }
    call.lease = *std::move(lease);
  }
  if (PrepareArguments(call, coordinator_.connection()->route.format)) {
    SendCall(call);
  }
}

bool PoolCore::PrepareArguments(Call& call, wire::Format format) {
  if (call.has_arguments && call.arguments_format == format) return true;
  auto arguments = call.spec.arguments(format);
  if (!arguments.ok()) {
    End(call.id, MakeFailure(FailureReason::kBadArguments, arguments.status()));
    return false;
  }
  call.arguments = *std::move(arguments);
  call.arguments_format = format;
  call.has_arguments = true;
  return true;
}

void PoolCore::SendCall(Call& call) {
  const Coordinator::Connection& connection = *coordinator_.connection();
  Message message;
  message.method = call.spec.method;
  if (call.lease) message.session = call.lease.reference();
  message.arguments = call.arguments;
  message.deadline = call.deadline;
  message.traceparent = call.spec.traceparent;
  if (call.deadline_timer != 0) loop_.CancelTimer(call.deadline_timer);
  call.deadline_timer = 0;
  call.generation = connection.generation;
  call.sent_at = loop_.Now();
  ++active_;
  call.request =
      Send(*transport_, connection.route, message, limits_,
           [self = shared_from_this(), id = call.id](CallOutcome outcome) {
             self->OnOutcome(id, std::move(outcome));
           });
  // The body holds them now; should it be needed, they are written again.
  call.arguments = std::string();
  call.has_arguments = false;
}

void PoolCore::OnOutcome(CallId id, CallOutcome outcome) {
  auto found = calls_.find(id);
  if (found == calls_.end()) return;
  Call& call = *found->second;
  call.request = 0;
  --active_;
  if (!std::holds_alternative<CallFailure>(outcome)) {
    last_answer_ = loop_.Now();
  }
  Settle(call, std::move(outcome));
  Pump();
}

void PoolCore::Settle(Call& call, CallOutcome outcome) {
  Sent sent;
  sent.method = call.spec.method;
  if (call.lease) sent.session = call.lease.reference();
  sent.idempotent = call.spec.idempotent;
  switch (Judge(sent, outcome)) {
    case Verdict::kDeliver:
      End(call.id, std::move(outcome));
      return;
    case Verdict::kReplaySession:
      if (auto* sessions = SessionsFor(call)) {
        sessions->Invalidate(call.lease.reference());
      }
      Replay(call, std::move(outcome));
      return;
    case Verdict::kReplayRedirect:
    case Verdict::kReplayLost:
      SuspectBecause(call.generation, outcome);
      Replay(call, std::move(outcome));
      return;
    case Verdict::kDeliverLost:
      SuspectBecause(call.generation, outcome);
      End(call.id, std::move(outcome));
      return;
  }
}

void PoolCore::Replay(Call& call, CallOutcome outcome) {
  call.lease.Release();
  auto* failure = std::get_if<CallFailure>(&outcome);
  if (failure != nullptr && failure->execution != Execution::kNotExecuted) {
    call.maybe_executed = true;
  }
  if (++call.replays <= kMaxReplays) {
    auto refusal = RefuseAtOnce(call);
    if (refusal) {
      End(call.id, *std::move(refusal));
    } else {
      Enqueue(call);
    }
    return;
  }
  auto* error = std::get_if<wire::ApiError>(&outcome);
  if (error != nullptr && error->code != "SESSION_INVALID") {
    outcome = MakeFailure(FailureReason::kCoordinatorMoved,
                          absl::UnavailableError(absl::StrCat(
                              "pool \"", options_.name,
                              "\": no host acts as coordinator; the "
                              "last one answered ",
                              wire::ToString(*error))));
  }
  End(call.id, std::move(outcome));
}

void PoolCore::End(CallId id, CallOutcome outcome) {
  auto found = calls_.find(id);
  if (found == calls_.end()) return;
  std::unique_ptr<Call> call = std::move(found->second);
  calls_.erase(found);
  queue_.Remove(id);
  if (call->deadline_timer != 0) loop_.CancelTimer(call->deadline_timer);
  if (call->request != 0) {
    transport_->Cancel(call->request);
    --active_;
  }
  call->lease.Release();
  auto* failure = std::get_if<CallFailure>(&outcome);
  if (failure != nullptr && failure->execution == Execution::kNotExecuted &&
      call->maybe_executed) {
    failure->execution = Execution::kUnknown;
  }
  call->done(std::move(outcome));
}

void PoolCore::EndQueued(const std::vector<CallId>& ids,
                         const CallOutcome& outcome) {
  for (CallId id : ids) End(id, outcome);
}

void PoolCore::EndAll(const CallFailure& failure) {
  std::vector<CallId> ids;
  for (const auto& [id, call] : calls_) ids.push_back(id);
  for (CallId id : ids) {
    auto found = calls_.find(id);
    if (found == calls_.end()) continue;
    CallFailure mine = failure;
    if (found->second->request != 0) mine.execution = Execution::kUnknown;
    End(id, std::move(mine));
  }
}

void PoolCore::Cancel(CallId id) {
  auto found = calls_.find(id);
  if (found == calls_.end()) return;
  bool sent = found->second->request != 0;
  End(id, MakeFailure(FailureReason::kCancelled,
                      absl::CancelledError(absl::StrCat(
                          found->second->spec.method, " was cancelled")),
                      sent ? Execution::kUnknown : Execution::kNotExecuted));
  Pump();
}

void PoolCore::UpdateHosts(const std::vector<std::string>& addresses) {
  if (!shut_down_) coordinator_.UpdateHosts(addresses);
}

void PoolCore::Shutdown(std::function<void(int)> done) {
  shut_down_ = true;
  absl::Status status = absl::UnavailableError(
      absl::StrCat("pool \"", options_.name, "\" is being shut down"));
  EndAll(MakeFailure(FailureReason::kShutdown, status));
  // Those that failed earlier were on coordinators that are gone.
  int failed = session_calls_->failed_logouts();
  coordinator_.Stop();
  own_sessions_->Shutdown(status);
  for (auto& [key, other] : others_) other.sessions->Shutdown(status);
  Count();
  auto finish = [self = shared_from_this(), failed, done = std::move(done)] {
    done(self->session_calls_->failed_logouts() - failed);
  };
  if (session_calls_->pending() == 0) {
    finish();
  } else {
    session_calls_->set_on_idle(std::move(finish));
  }
}

void PoolCore::Close() {
  if (closed_) return;
  closed_ = true;
  shut_down_ = true;
  EndAll(MakeFailure(FailureReason::kShutdown,
                     absl::UnavailableError(absl::StrCat(
                         "pool \"", options_.name, "\" is closed"))));
  coordinator_.Stop();
  session_calls_->Close();
  session_calls_->set_on_idle(nullptr);
  if (circuit_timer_ != 0) loop_.CancelTimer(circuit_timer_);
  if (housekeeping_timer_ != 0) loop_.CancelTimer(housekeeping_timer_);
}

}  // namespace xapi_gateway::call
