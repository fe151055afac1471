// What all calls share: the program they follow, the pools, limits, reports.
#ifndef GATEWAY_RPC_ENVIRONMENT_H_
#define GATEWAY_RPC_ENVIRONMENT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/rpc/call_metadata.h"
#include "gateway/rpc/decode_workers.h"
#include "gateway/rpc/error_catalog.h"
#include "gateway/rpc/pool_directory.h"
#include "gateway/transcode/binding_table.h"

namespace xapi_gateway::rpc {

// One call that has ended, for logs and metrics. The views live as long as the
// report.
struct CallReport {
  absl::string_view path;
  const transcode::Binding* binding = nullptr;  // null: an unknown path
  absl::string_view pool;                       // "" if none was chosen
  absl::string_view request_id;
  absl::string_view peer;
  int status = 0;  // gRPC code
  // Without arguments and results; empty for a binding with secrets.
  absl::string_view message;
  absl::Duration duration;
  size_t request_bytes = 0;
  size_t response_bytes = 0;
};

struct Limits {
  DeadlineLimits deadlines;
  size_t default_reply_bytes = size_t{4} << 20;
  size_t max_reply_bytes = size_t{256} << 20;
};

// All pointers outlive the calls. Thread-safe after construction.
struct Environment {
  const transcode::BindingTable* table = nullptr;
  const ErrorCatalog* errors = nullptr;
  const PoolDirectory* pools = nullptr;
  DecodeWorkers* workers = nullptr;
  Limits limits;
  // Runs at the end of each call, on any thread; must not block.
  std::function<void(const CallReport&)> report;
};

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_ENVIRONMENT_H_
