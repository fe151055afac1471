// Explains a path that names no RPC.
#ifndef GATEWAY_RPC_PATH_HELP_H_
#define GATEWAY_RPC_PATH_HELP_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "gateway/rpc/error_status.h"
#include "gateway/transcode/binding_table.h"

namespace xapi_gateway::rpc {

// Of the names that are compared with known ones; longer ones are cut.
inline constexpr size_t kMaxComparedBytes = 128;

// UNIMPLEMENTED, saying whether service or RPC is unknown and which known one
// is spelled most alike. Costs time in the order of the table's size.
GatewayError ExplainUnknownPath(const transcode::BindingTable& table,
                                absl::string_view path);

// How many insertions, deletions and replacements lead from `a` to `b`,
// ignoring case. For short texts: the cost is the product of the lengths.
size_t EditDistance(absl::string_view a, absl::string_view b);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_PATH_HELP_H_
