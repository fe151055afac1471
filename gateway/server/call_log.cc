#include "gateway/server/call_log.h"

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace xapi_gateway::server {
namespace {

Level LevelOf(int status) {
  switch (static_cast<absl::StatusCode>(status)) {
    case absl::StatusCode::kOk:
      return Level::kDebug;
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return Level::kWarn;
    default:
      return Level::kInfo;
  }
}

}  // namespace

void LogCall(Log& log, const rpc::CallReport& report) {
  const Level level = LevelOf(report.status);
  if (!log.Wants(level)) return;
  const std::string status =
      absl::StatusCodeToString(static_cast<absl::StatusCode>(report.status));
  const absl::string_view method =
      report.binding == nullptr ? report.path
                                : absl::string_view(report.binding->method);
  log.Write(level, "call",
            {{"request_id", report.request_id},
             {"pool", report.pool},
             {"method", method},
             {"status", status},
             {"ms", absl::ToDoubleMilliseconds(report.duration)},
             {"request_bytes", static_cast<int64_t>(report.request_bytes)},
             {"response_bytes", static_cast<int64_t>(report.response_bytes)},
             {"peer", report.peer},
             {"message", report.message}});
}

void LogPool(Log& log, const std::string& name, const call::PoolState& state) {
  const bool lost = state.phase == call::PoolState::Phase::kProbing;
  log.Write(lost ? Level::kWarn : Level::kInfo, "pool",
            {{"pool", name},
             {"phase", call::PhaseName(state.phase)},
             {"coordinator", state.coordinator},
             {"problem", state.problem}});
}

}  // namespace xapi_gateway::server
