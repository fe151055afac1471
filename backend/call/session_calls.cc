#include "backend/call/session_calls.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/reply.h"
#include "backend/wire/tree.h"
#include "backend/wire/xml_writer.h"

namespace xapi_gateway::call {
namespace {

template <typename Writer>
std::string LoginArguments(const session::Identity& identity,
                           const std::string& originator) {
  Writer writer;
  writer.String(identity.user);
  writer.String(identity.password);
  writer.String("1.0");  // of the API; xapi ignores it
  writer.String(originator);
  return std::move(writer).Take();
}

std::string LoginArguments(wire::Format format,
                           const session::Identity& identity,
                           const std::string& originator) {
  return format == wire::Format::kJsonRpc
             ? LoginArguments<wire::JsonWriter>(identity, originator)
             : LoginArguments<wire::XmlWriter>(identity, originator);
}

SessionCalls::LoginOutcome ReadLogin(CallOutcome outcome) {
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    return std::move(*error);
  }
  if (auto* failure = std::get_if<CallFailure>(&outcome)) {
    return std::move(*failure);
  }
  auto reference = wire::ReadString(std::get<wire::Reply>(outcome));
  if (reference.ok()) return *std::move(reference);
  CallFailure failure;
  failure.reason = FailureReason::kMalformedReply;
  failure.status = reference.status();
  return failure;
}

SessionCalls::UuidOutcome ReadUuid(const http::Endpoint& endpoint,
                                   CallOutcome outcome) {
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    return std::move(*error);
  }
  if (auto* failure = std::get_if<CallFailure>(&outcome)) {
    return std::move(*failure);
  }
  auto records = wire::ReadTree(std::get<wire::Reply>(outcome));
  if (records.ok() && records->members.size() == 1) {
    std::string uuid(records->members.begin()->second.Text("uuid"));
    if (!uuid.empty()) return uuid;
  }
  CallFailure failure;
  failure.reason = FailureReason::kMalformedReply;
  failure.status = absl::InternalError(
      absl::StrCat(endpoint.text(), " did not answer with one pool record"));
  return failure;
}

}  // namespace

http::Transport::RequestId SessionCalls::ReadPoolUuid(
    const Route& route, const std::string& reference,
    absl::AnyInvocable<void(UuidOutcome)> done) {
  Message message;
  message.method = "pool.get_all_records";
  message.session = reference;
  message.deadline = transport_->loop().Now() + limits_.connect_timeout;
  return Send(*transport_, route, message, limits_,
              [endpoint = route.endpoint,
               done = std::move(done)](CallOutcome outcome) mutable {
                done(ReadUuid(endpoint, std::move(outcome)));
              });
}

void SessionCalls::Login(const Route& route, const session::Identity& identity,
                         absl::AnyInvocable<void(LoginOutcome)> done) {
  std::string arguments = LoginArguments(route.format, identity, originator_);
  Message message;
  message.method = "session.login_with_password";
  message.arguments = arguments;
  message.deadline = transport_->loop().Now() + login_timeout_;
  ++pending_;
  Send(*transport_, route, message, limits_,
       [self = shared_from_this(),
        done = std::move(done)](CallOutcome outcome) mutable {
         done(ReadLogin(std::move(outcome)));
         self->Finish();
       });
}

void SessionCalls::Logout(const Route& route, std::string reference) {
  if (closed_) return;
  ++pending_;
  TryLogout(route, std::move(reference), kMaxLogoutTries);
}

void SessionCalls::TryLogout(const Route& route, std::string reference,
                             int tries_left) {
  Message message;
  message.method = "session.logout";
  message.session = reference;
  message.deadline = transport_->loop().Now() + limits_.connect_timeout;
  Send(*transport_, route, message, limits_,
       [self = shared_from_this(), route, reference,
        tries_left](CallOutcome outcome) {
         // An error of xapi means that the session is not there any more.
         if (!std::holds_alternative<CallFailure>(outcome)) {
           self->Finish();
         } else if (tries_left > 1) {
           self->RetryLogout(route, reference, tries_left - 1);
         } else {
           ++self->failed_logouts_;
           self->Finish();
         }
       });
}

void SessionCalls::RetryLogout(const Route& route, std::string reference,
                               int tries_left) {
  http::Loop& loop = transport_->loop();
  loop.RunAt(loop.Now() + kLogoutRetryDelay,
             [self = shared_from_this(), route,
              reference = std::move(reference), tries_left] {
               if (!self->closed_) {
                 self->TryLogout(route, reference, tries_left);
               }
             });
}

void SessionCalls::Finish() {
  if (--pending_ == 0 && on_idle_) on_idle_();
}

}  // namespace xapi_gateway::call
