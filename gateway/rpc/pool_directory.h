// The configured pools by name.
#ifndef GATEWAY_RPC_POOL_DIRECTORY_H_
#define GATEWAY_RPC_POOL_DIRECTORY_H_

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "backend/call/pool.h"
#include "gateway/rpc/error_status.h"

namespace xapi_gateway::rpc {

struct PoolEntry {
  std::string name;
  call::Pool* pool = nullptr;  // outlives the directory
};

// Immutable, hence thread-safe.
class PoolDirectory {
 public:
  // At least one; names are unique.
  explicit PoolDirectory(std::vector<PoolEntry> pools)
      : pools_(std::move(pools)) {}

  // The pool of that name. An empty name means the only pool there is.
  std::variant<const PoolEntry*, GatewayError> Choose(
      absl::string_view name) const;

  const std::vector<PoolEntry>& pools() const { return pools_; }

 private:
  std::vector<PoolEntry> pools_;
};

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_POOL_DIRECTORY_H_
