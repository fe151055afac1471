#include "tests/testing/generic_client.h"

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"

namespace xapi_gateway::testing {
namespace {

std::string ToString(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.DumpToSingleSlice(&slice).ok()) return "";
  return std::string(reinterpret_cast<const char*>(slice.begin()),
                     slice.size());
}

void ReadDetails(const grpc::Status& status, CallResult& result) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& detail : details.details()) {
    detail.UnpackTo(&result.info);
    detail.UnpackTo(&result.retry);
    detail.UnpackTo(&result.bad_request);
  }
}

}  // namespace

std::string Summary(const CallResult& result) {
  if (result.status.ok()) return "OK";
  return absl::StrCat(absl::StatusCodeToString(static_cast<absl::StatusCode>(
                          result.status.error_code())),
                      " ", result.info.reason(), "@", result.info.domain(),
                      ": ", result.status.error_message());
}

PendingCall::PendingCall(std::shared_ptr<grpc::Channel> channel,
                         const CallSetup& setup)
    : stub_(std::move(channel)) {
  for (const auto& [key, value] : setup.metadata) {
    context_.AddMetadata(key, value);
  }
  if (setup.timeout != absl::InfiniteDuration()) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + setup.timeout));
  }
  const grpc::Slice slice(setup.request);
  request_ = grpc::ByteBuffer(&slice, 1);
  stub_.UnaryCall(&context_, setup.path, grpc::StubOptions(), &request_,
                  &response_, [this](grpc::Status status) {
                    absl::MutexLock lock(&mutex_);
                    status_ = std::move(status);
                    done_ = true;
                  });
}

PendingCall::~PendingCall() {
  Cancel();
  Wait();
}

bool PendingCall::done() const {
  absl::MutexLock lock(&mutex_);
  return done_;
}

CallResult PendingCall::Wait() {
  absl::MutexLock lock(&mutex_, absl::Condition(&done_));
  CallResult result;
  result.status = status_;
  if (status_.ok()) result.response = ToString(response_);
  ReadDetails(status_, result);
  for (const auto& [key, value] : context_.GetServerTrailingMetadata()) {
    result.trailers[std::string(key.data(), key.size())] =
        std::string(value.data(), value.size());
    result.trailer_bytes += key.size() + value.size();
  }
  return result;
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // No channel shares connections with that of another test.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

bool WaitForHealth(const std::shared_ptr<grpc::Channel>& channel,
                   const std::string& service, bool serving,
                   absl::Duration most) {
  const absl::Time deadline = absl::Now() + most;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  while (absl::Now() < deadline) {
    const CallResult result = Call(channel, {"/grpc.health.v1.Health/Check",
                                             request.SerializeAsString(),
                                             {},
                                             deadline - absl::Now()});
    grpc::health::v1::HealthCheckResponse response;
    if (result.status.ok() && response.ParseFromString(result.response) &&
        serving == (response.status() ==
                    grpc::health::v1::HealthCheckResponse::SERVING)) {
      return true;
    }
  }
  return false;
}

}  // namespace xapi_gateway::testing
