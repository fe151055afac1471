#include "gateway/rpc/error_status.h"

#include <grpcpp/support/status.h>

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "gateway/rpc/error_sentence.h"
#include "gateway/rpc/text_limits.h"
#include "gateway/transcode/request_encoder.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace xapi_gateway::rpc {
namespace {

// Collects the parts of one status, within the bounds of the metadata.
class StatusBuilder {
 public:
  StatusBuilder(absl::StatusCode code, absl::string_view message) {
    status_.set_code(static_cast<int>(code));
    status_.set_message(Clip(message, kMaxMessageBytes));
  }

  StatusBuilder& Info(absl::string_view domain, absl::string_view reason) {
    info_.set_domain(std::string(domain));
    info_.set_reason(Clip(reason, kMaxValueBytes));
    return *this;
  }

  StatusBuilder& Metadata(absl::string_view key, absl::string_view value) {
    const std::string clipped = Clip(value, std::min(kMaxValueBytes, room_));
    room_ -= std::min(room_, key.size() + clipped.size());
    if (room_ > 0) (*info_.mutable_metadata())[std::string(key)] = clipped;
    return *this;
  }

  StatusBuilder& RetryAfter(absl::Duration delay) {
    if (delay <= absl::ZeroDuration()) return *this;
    const int64_t ms = absl::ToInt64Milliseconds(delay);
    retry_.mutable_retry_delay()->set_seconds(ms / 1000);
    retry_.mutable_retry_delay()->set_nanos(ms % 1000 * 1000000);
    return *this;
  }

  StatusBuilder& Violation(absl::string_view field,
                           absl::string_view description) {
    if (field.empty()) return *this;
    auto* violation = bad_request_.add_field_violations();
    violation->set_field(Clip(field, kMaxValueBytes));
    violation->set_description(Clip(description, kMaxValueBytes));
    return *this;
  }

  grpc::Status Build() {
    status_.add_details()->PackFrom(info_);
    if (retry_.has_retry_delay()) status_.add_details()->PackFrom(retry_);
    if (bad_request_.field_violations_size() > 0) {
      status_.add_details()->PackFrom(bad_request_);
    }
    return grpc::Status(static_cast<grpc::StatusCode>(status_.code()),
                        status_.message(), status_.SerializeAsString());
  }

 private:
  google::rpc::Status status_;
  google::rpc::ErrorInfo info_;
  google::rpc::RetryInfo retry_;
  google::rpc::BadRequest bad_request_;
  size_t room_ = kMaxValuesBytes;
};

bool MayPassByItself(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable ||
         code == absl::StatusCode::kAborted;
}

std::string WithMethod(absl::string_view method, absl::string_view message) {
  return absl::StrCat(method, ": ", message);
}

}  // namespace

grpc::Status ToGrpc(const GatewayError& error) {
  StatusBuilder builder(error.status.code(), error.status.message());
  builder.Info(kGatewayDomain, error.reason)
      .Violation(error.field, error.status.message())
      .RetryAfter(error.retry_after);
  for (const auto& [key, value] : error.metadata) builder.Metadata(key, value);
  return builder.Build();
}

grpc::Status FromApiError(const ErrorCatalog& catalog, absl::string_view method,
                          const wire::ApiError& error) {
  const ErrorEntry& entry = catalog.Find(error.code);
  StatusBuilder builder(entry.status, ErrorSentence(entry, method, error));
  builder.Info(kXapiDomain, error.code).Metadata("method", method);
  for (size_t i = 0; i < error.params.size(); ++i) {
    builder.Metadata(ParamName(entry, i), error.params[i]);
  }
  if (MayPassByItself(entry.status)) builder.RetryAfter(kConflictRetryDelay);
  return builder.Build();
}

grpc::Status FromCallFailure(absl::string_view method,
                             const call::CallFailure& failure) {
  return StatusBuilder(failure.status.code(),
                       WithMethod(method, failure.status.message()))
      .Info(kGatewayDomain, call::ReasonName(failure.reason))
      .Metadata("method", method)
      .Metadata("outcome", call::ExecutionName(failure.execution))
      .RetryAfter(failure.retry_after)
      .Build();
}

grpc::Status FromRefusal(absl::string_view method, const absl::Status& status) {
  const absl::optional<absl::Cord> path =
      status.GetPayload(transcode::kFieldPathPayload);
  const bool expired = status.code() == absl::StatusCode::kDeadlineExceeded;
  return StatusBuilder(status.code(), WithMethod(method, status.message()))
      .Info(kGatewayDomain, expired ? "DEADLINE_EXCEEDED" : "INVALID_REQUEST")
      .Metadata("method", method)
      .Metadata("outcome", call::ExecutionName(call::Execution::kNotExecuted))
      .Violation(path ? std::string(*path) : "", status.message())
      .Build();
}

grpc::Status FromDecodeFault(absl::string_view method,
                             const absl::Status& status) {
  return StatusBuilder(status.code(), WithMethod(method, status.message()))
      .Info(kGatewayDomain,
            call::ReasonName(call::FailureReason::kMalformedReply))
      .Metadata("method", method)
      .Metadata("outcome", call::ExecutionName(call::Execution::kExecuted))
      .Build();
}

grpc::Status ReplyTooLarge(absl::string_view method, size_t bytes,
                           size_t limit) {
  return StatusBuilder(
             absl::StatusCode::kResourceExhausted,
             absl::StrCat(
                 method, ": the response has ", bytes,
                 " bytes and this client takes ", limit,
                 "; raise the client's receive limit and send the metadata "
                 "xapi-max-reply-bytes with the same number, or ask for less: "
                 "the references with GetAll, then the records one by one"))
      .Info(kGatewayDomain, "RESPONSE_TOO_LARGE")
      .Metadata("method", method)
      .Metadata("outcome", call::ExecutionName(call::Execution::kExecuted))
      .Metadata("response_bytes", absl::StrCat(bytes))
      .Metadata("limit_bytes", absl::StrCat(limit))
      .Build();
}

}  // namespace xapi_gateway::rpc
