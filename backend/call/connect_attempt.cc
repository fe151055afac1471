#include "backend/call/connect_attempt.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "backend/call/replay_policy.h"

namespace xapi_gateway::call {

AttemptResult FromError(const http::Endpoint& endpoint,
                        const wire::ApiError& error) {
  if (IsRedirect(error) && !error.params.empty()) {
    return Redirect{error.params[0]};
  }
  if (session::IsCredentialError(error)) return Rejected{error};
  return NoCoordinator{absl::StrCat(
      endpoint.text(),
      IsEmergency(error) ? " is in emergency mode: " : " answered ",
      wire::ToString(error))};
}

void ConnectAttempt::Start(bool session_is_from_here) {
  std::string reference = context_.sessions->AnyReference();
  if (session_is_from_here && !reference.empty()) {
    Verify(std::move(reference));
  } else {
    Login();
  }
}

void ConnectAttempt::Abandon() {
  if (over_) return;
  over_ = true;
  done_ = nullptr;
  if (verify_request_ != 0) context_.transport->Cancel(verify_request_);
  LogoutNew();
}

void ConnectAttempt::Login() {
  context_.session_calls->Login(
      route_, context_.options->identity,
      [self = shared_from_this()](SessionCalls::LoginOutcome outcome) {
        self->OnLogin(std::move(outcome));
      });
}

// A host without the JSON endpoint takes the call for XML, or knows no such
// path, or answers with a page.
bool ConnectAttempt::ShouldTryXml(const CallFailure& failure) const {
  return context_.options->wire == WireChoice::kAuto &&
         route_.format == wire::Format::kJsonRpc &&
         (failure.reason == FailureReason::kHttpStatus ||
          failure.reason == FailureReason::kMalformedReply);
}

void ConnectAttempt::OnLogin(SessionCalls::LoginOutcome outcome) {
  if (auto* reference = std::get_if<std::string>(&outcome)) {
    new_session_ = std::move(*reference);
    if (over_) {
      LogoutNew();
      return;
    }
    std::string old = context_.sessions->AnyReference();
    Verify(old.empty() ? new_session_ : std::move(old));
    return;
  }
  if (over_) return;
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    Finish(FromError(route_.endpoint, *error));
    return;
  }
  const auto& failure = std::get<CallFailure>(outcome);
  if (ShouldTryXml(failure)) {
    route_.format = wire::Format::kXmlRpc;
    Login();
    return;
  }
  Finish(NoCoordinator{std::string(failure.status.message())});
}

void ConnectAttempt::Verify(std::string reference) {
  verify_request_ = context_.session_calls->ReadPoolUuid(
      route_, reference,
      [self = shared_from_this(),
       reference](SessionCalls::UuidOutcome outcome) {
        self->verify_request_ = 0;
        self->OnUuid(reference, std::move(outcome));
      });
}

void ConnectAttempt::OnUuid(const std::string& reference,
                            SessionCalls::UuidOutcome outcome) {
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    OnVerifyError(reference, *error);
  } else if (auto* failure = std::get_if<CallFailure>(&outcome)) {
    Finish(NoCoordinator{std::string(failure->status.message())});
  } else {
    Compare(reference, std::get<std::string>(std::move(outcome)));
  }
}

void ConnectAttempt::OnVerifyError(const std::string& reference,
                                   const wire::ApiError& error) {
  bool invalid = error.code == "SESSION_INVALID";
  if (!invalid || reference == new_session_) {
    Finish(FromError(route_.endpoint, error));
    return;
  }
  context_.sessions->Invalidate(reference);
  std::string other = context_.sessions->AnyReference();
  if (!other.empty()) {
    Verify(std::move(other));
  } else if (new_session_.empty()) {
    Login();
  } else {
    Verify(new_session_);
  }
}

void ConnectAttempt::Compare(const std::string& reference, std::string uuid) {
  if (!pool_uuid_.empty() && uuid != pool_uuid_) {
    Finish(
        NoCoordinator{absl::StrCat(route_.endpoint.text(), " belongs to pool ",
                                   uuid, ", not ", pool_uuid_)});
    return;
  }
  Found found{route_, std::move(uuid), ""};
  if (reference == new_session_) found.new_session.swap(new_session_);
  Finish(std::move(found));
}

// What is left of a new session here is of no use to the pool.
void ConnectAttempt::LogoutNew() {
  if (new_session_.empty()) return;
  context_.session_calls->Logout(route_, std::move(new_session_));
  new_session_.clear();
}

void ConnectAttempt::Finish(AttemptResult result) {
  over_ = true;
  LogoutNew();
  // Moved out first: the owner may let go of this object.
  auto done = std::move(done_);
  done(std::move(result));
}

}  // namespace xapi_gateway::call
