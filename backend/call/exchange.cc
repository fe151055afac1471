#include "backend/call/exchange.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "backend/wire/call_body.h"

namespace xapi_gateway::call {
namespace {

constexpr int kHttpOk = 200;
constexpr int kHttpServerError = 500;
constexpr int kHttpNotImplemented = 501;
constexpr int kHttpBadGateway = 502;

CallFailure FromTransport(http::Failure failure) {
  using Kind = http::Failure::Kind;
  CallFailure result;
  result.status = std::move(failure.status);
  result.execution =
      failure.maybe_sent ? Execution::kUnknown : Execution::kNotExecuted;
  switch (failure.kind) {
    case Kind::kRefused:
      result.reason = FailureReason::kRequestTooLarge;
      break;
    case Kind::kConnect:
    case Kind::kLost:
      result.reason = FailureReason::kConnectionLost;
      break;
    case Kind::kTimeout:
      result.reason = FailureReason::kDeadlineExceeded;
      break;
    case Kind::kReplyTooLarge:
      result.reason = FailureReason::kReplyTooLarge;
      result.execution = Execution::kExecuted;
      break;
    case Kind::kBadReply:
      result.reason = FailureReason::kMalformedReply;
      break;
  }
  return result;
}

// Statuses that come before dispatch prove that nothing ran; 500 does not,
// since it also stands for a handler that broke half-way.
Execution ExecutionOf(int http_status) {
  bool before =
      http_status < kHttpServerError || http_status == kHttpNotImplemented;
  return before ? Execution::kNotExecuted : Execution::kUnknown;
}

CallFailure FromHttpStatus(const http::Endpoint& endpoint, int http_status) {
  CallFailure failure;
  failure.reason = FailureReason::kHttpStatus;
  failure.execution = ExecutionOf(http_status);
  // From 502 on it is something in front of xapi that answers in its place.
  failure.status = absl::Status(
      http_status >= kHttpBadGateway ? absl::StatusCode::kUnavailable
                                     : absl::StatusCode::kInternal,
      absl::StrCat(endpoint.text(), " answered a call with HTTP ",
                   http_status));
  return failure;
}

CallFailure Malformed(const http::Endpoint& endpoint,
                      const absl::Status& status) {
  CallFailure failure;
  failure.reason = FailureReason::kMalformedReply;
  failure.execution = Execution::kUnknown;
  failure.status = absl::InternalError(
      absl::StrCat(endpoint.text(),
                   " sent a malformed reply: ", std::string(status.message())));
  return failure;
}

}  // namespace

CallOutcome Interpret(const http::Endpoint& endpoint, wire::Format format,
                      http::Result result) {
  if (auto* failure = std::get_if<http::Failure>(&result)) {
    return FromTransport(std::move(*failure));
  }
  auto& response = std::get<http::Response>(result);
  if (response.status != kHttpOk) {
    return FromHttpStatus(endpoint, response.status);
  }
  wire::Reply reply{format, std::move(response.body)};
  auto error = wire::ReadError(reply);
  if (!error.ok()) return Malformed(endpoint, error.status());
  if (error->has_value()) return **std::move(error);
  return reply;
}

http::Transport::RequestId Send(http::Transport& transport, const Route& route,
                                const Message& message,
                                const ExchangeLimits& limits,
                                absl::AnyInvocable<void(CallOutcome)> done) {
  http::Request request;
  request.path = wire::HttpPath(route.format);
  request.content_type = wire::ContentType(route.format);
  request.body = wire::CallBody(route.format, message.method, message.session,
                                message.arguments);
  request.traceparent = message.traceparent;
  request.deadline = message.deadline;
  request.connect_timeout = limits.connect_timeout;
  request.max_reply_bytes = limits.max_reply_bytes;
  return transport.Send(
      route.endpoint, std::move(request),
      [route, done = std::move(done)](http::Result result) mutable {
        done(Interpret(route.endpoint, route.format, std::move(result)));
      });
}

}  // namespace xapi_gateway::call
