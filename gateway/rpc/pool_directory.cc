#include "gateway/rpc/pool_directory.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/rpc/call_metadata.h"
#include "gateway/rpc/text_limits.h"

namespace xapi_gateway::rpc {

std::variant<const PoolEntry*, GatewayError> PoolDirectory::Choose(
    absl::string_view name) const {
  if (name.empty() && pools_.size() == 1) return &pools_.front();
  for (const PoolEntry& entry : pools_) {
    if (entry.name == name) return &entry;
  }
  const std::string known =
      absl::StrJoin(pools_, ", ", [](std::string* out, const PoolEntry& entry) {
        absl::StrAppend(out, "\"", entry.name, "\"");
      });
  const std::string problem =
      name.empty()
          ? std::string("the metadata xapi-pool must name one of the pools")
          : absl::StrCat("there is no pool \"", Clip(name, kMaxValueBytes),
                         "\", known are");
  return GatewayError{
      absl::InvalidArgumentError(absl::StrCat(problem, " ", known)),
      "UNKNOWN_POOL",
      {{"pool", std::string(name)}, {"pools", known}},
      std::string(kPoolKey)};
}

}  // namespace xapi_gateway::rpc
