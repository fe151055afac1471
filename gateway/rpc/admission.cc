#include "gateway/rpc/admission.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace xapi_gateway::rpc {
namespace {

using Refusal = std::optional<GatewayError>;
using Step = Refusal (*)(CallContext& call);

// Unique among the calls that a log holds, and cheap.
std::string NewRequestId() {
  thread_local absl::InsecureBitGen random;
  return absl::StrCat(
      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

absl::Time ClientDeadline(const grpc::ServerContextBase& context) {
  const auto deadline = context.deadline();
  return deadline == std::chrono::system_clock::time_point::max()
             ? absl::InfiniteFuture()
             : absl::FromChrono(deadline);
}

Refusal TakeMetadata(CallContext& call) {
  std::variant<CallMetadata, GatewayError> read = ReadMetadata(*call.grpc);
  if (auto* error = std::get_if<GatewayError>(&read)) return std::move(*error);
  call.metadata = std::move(std::get<CallMetadata>(read));
  if (call.metadata.request_id.empty()) {
    call.metadata.request_id = NewRequestId();
  }
  return std::nullopt;
}

Refusal CheckDeadline(CallContext& call) {
  const absl::Time now = absl::Now();
  call.deadline = ChooseDeadline(ClientDeadline(*call.grpc), now,
                                 call.environment->limits.deadlines);
  if (call.deadline > now) return std::nullopt;
  return GatewayError{
      absl::DeadlineExceededError(absl::StrCat(
          call.binding->method,
          ": the deadline had passed before the call reached the gateway")),
      "DEADLINE_EXCEEDED",
      {{"method", call.binding->method}, {"outcome", "not_executed"}}};
}

Refusal ChoosePool(CallContext& call) {
  auto chosen = call.environment->pools->Choose(call.metadata.pool);
  if (auto* error = std::get_if<GatewayError>(&chosen)) {
    return std::move(*error);
  }
  call.pool = std::get<const PoolEntry*>(chosen);
  return std::nullopt;
}

Refusal SetReplyLimit(CallContext& call) {
  const Limits& limits = call.environment->limits;
  call.max_reply_bytes = std::min(
      call.metadata.max_reply_bytes.value_or(limits.default_reply_bytes),
      limits.max_reply_bytes);
  return std::nullopt;
}

// Expired calls are turned away before anything is spent on them; who calls is
// settled before what may be called.
constexpr Step kSteps[] = {TakeMetadata, CheckDeadline, ChoosePool,
                           SetReplyLimit};

}  // namespace

std::optional<GatewayError> Admit(CallContext& call) {
  for (const Step step : kSteps) {
    if (Refusal refusal = step(call)) return refusal;
  }
  return std::nullopt;
}

}  // namespace xapi_gateway::rpc
