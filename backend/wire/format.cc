#include "backend/wire/format.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace xapi_gateway::wire {

absl::string_view HttpPath(Format format) {
  return format == Format::kJsonRpc ? "/jsonrpc" : "/RPC2";
}

absl::string_view ContentType(Format format) {
  return format == Format::kJsonRpc ? "application/json" : "text/xml";
}

std::string ToString(const ApiError& error) {
  return absl::StrCat(error.code, " [", absl::StrJoin(error.params, ", "), "]");
}

}  // namespace xapi_gateway::wire
