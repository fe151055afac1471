#include "gateway/rpc/unary_call.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/rpc/byte_buffer.h"
#include "gateway/rpc/error_status.h"
#include "gateway/transcode/reply_decoder.h"
#include "gateway/transcode/request_encoder.h"

namespace xapi_gateway::rpc {
namespace {

bool IsSmall(const wire::Reply& reply) {
  return reply.body.size() <= (reply.format == wire::Format::kJsonRpc
                                   ? kMaxInlineJsonBytes
                                   : kMaxInlineXmlBytes);
}

GatewayError NoRequest(const transcode::Binding& binding) {
  return {absl::InvalidArgumentError(absl::StrCat(
              binding.method, ": the call ended without a request message")),
          "INVALID_REQUEST",
          {{"method", binding.method}}};
}

GatewayError RequestTooLarge(const transcode::Binding& binding, size_t bytes) {
  return {absl::InvalidArgumentError(
              absl::StrCat(binding.method, ": the request has ", bytes,
                           " bytes and xapi takes no more than 300 KiB")),
          "REQUEST_TOO_LARGE",
          {{"method", binding.method}, {"outcome", "not_executed"}}};
}

GatewayError TooManyReplies(const transcode::Binding& binding) {
  return {
      absl::ResourceExhaustedError(absl::StrCat(
          binding.method,
          ": xapi answered, but too many large replies wait to be decoded")),
      "DECODE_QUEUE_FULL",
      {{"method", binding.method}, {"outcome", "executed"}},
      "",
      kConflictRetryDelay};
}

}  // namespace

UnaryCall::UnaryCall(const Environment& environment,
                     const transcode::Binding& binding,
                     grpc::GenericCallbackServerContext& context)
    : call_{&environment, &binding, &context, absl::Now()}, context_(context) {
  StartRead(&message_);
}

void UnaryCall::OnReadDone(bool ok) {
  if (!ok) return Fail(ToGrpc(NoRequest(*call_.binding)));
  grpc::Status checked = CheckRequest();
  if (!checked.ok()) return Fail(std::move(checked));
  const absl::StatusOr<call::CallId> id = call_.pool->pool->Start(
      Spec(),
      [this](call::CallOutcome outcome) { OnOutcome(std::move(outcome)); });
  if (!id.ok()) return Fail(FromRefusal(call_.binding->method, id.status()));
  call_id_ = *id;
  if (cancelled_) call_.pool->pool->Cancel(*id);
}

void UnaryCall::OnCancel() {
  cancelled_ = true;
  const call::CallId id = call_id_;
  if (id != kNotStarted) call_.pool->pool->Cancel(id);
}

void UnaryCall::OnDone() { delete this; }

grpc::Status UnaryCall::CheckRequest() {
  if (std::optional<GatewayError> refusal = Admit(call_)) {
    return ToGrpc(*refusal);
  }
  if (message_.Length() > kMaxRequestBytes) {
    return ToGrpc(RequestTooLarge(*call_.binding, message_.Length()));
  }
  if (!ToSlice(message_, &request_)) return ToGrpc(NoRequest(*call_.binding));
  message_.Clear();
  return grpc::Status::OK;
}

call::CallSpec UnaryCall::Spec() {
  const transcode::Binding& binding = *call_.binding;
  call::CallSpec spec;
  spec.method = binding.method;
  spec.with_session = binding.with_session;
  spec.idempotent = binding.idempotency != transcode::Idempotency::kUnknown;
  spec.deadline = call_.deadline;
  spec.traceparent = call_.metadata.traceparent;
  spec.arguments = [this](wire::Format format) {
    return transcode::EncodeArguments(*call_.binding, View(request_), format);
  };
  return spec;
}

void UnaryCall::OnOutcome(call::CallOutcome outcome) {
  if (auto* reply = std::get_if<wire::Reply>(&outcome)) {
    return OnReply(std::move(*reply));
  }
  const std::string& method = call_.binding->method;
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    return Fail(FromApiError(*call_.environment->errors, method, *error));
  }
  Fail(FromCallFailure(method, std::get<call::CallFailure>(outcome)));
}

void UnaryCall::OnReply(wire::Reply reply) {
  if (IsSmall(reply)) return Decode(std::move(reply));
  const size_t bytes = reply.body.size();
  DecodeWorkers::Job job = [this, reply = std::move(reply)]() mutable {
    Decode(std::move(reply));
  };
  if (!call_.environment->workers->Submit(bytes, job)) {
    Fail(ToGrpc(TooManyReplies(*call_.binding)));
  }
}

void UnaryCall::Decode(wire::Reply reply) {
  absl::StatusOr<std::string> response =
      transcode::DecodeReply(*call_.binding, reply);
  const std::string& method = call_.binding->method;
  if (!response.ok()) return Fail(FromDecodeFault(method, response.status()));
  if (response->size() > call_.max_reply_bytes) {
    return Fail(ReplyTooLarge(method, response->size(), call_.max_reply_bytes));
  }
  Succeed(*std::move(response));
}

void UnaryCall::Succeed(std::string response) {
  Report(0, "", response.size());
  message_ = ToByteBuffer(std::move(response));
  StartWriteAndFinish(&message_, grpc::WriteOptions(), grpc::Status::OK);
}

void UnaryCall::Fail(grpc::Status status) {
  Report(status.error_code(), status.error_message(), 0);
  if (!call_.metadata.request_id.empty()) {
    context_.AddTrailingMetadata(std::string(kRequestIdKey),
                                 call_.metadata.request_id);
  }
  Finish(std::move(status));
}

void UnaryCall::Report(int status, const std::string& message,
                       size_t response_bytes) {
  if (!call_.environment->report) return;
  const std::string peer = context_.peer();
  CallReport report;
  report.path = call_.binding->path;
  report.binding = call_.binding;
  if (call_.pool != nullptr) report.pool = call_.pool->name;
  report.request_id = call_.metadata.request_id;
  report.peer = peer;
  report.status = status;
  if (!call_.binding->secret) report.message = message;
  report.duration = absl::Now() - call_.started;
  report.request_bytes = request_.size();
  report.response_bytes = response_bytes;
  call_.environment->report(report);
}

}  // namespace xapi_gateway::rpc
