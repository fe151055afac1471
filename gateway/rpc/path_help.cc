#include "gateway/rpc/path_help.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/rpc/text_limits.h"

namespace xapi_gateway::rpc {
namespace {

// Remembers the name most alike to the one wanted.
class Nearest {
 public:
  explicit Nearest(absl::string_view wanted)
      : wanted_(wanted.substr(0, kMaxComparedBytes)) {}

  void Try(absl::string_view name) {
    const size_t distance = EditDistance(wanted_, name);
    if (distance >= distance_) return;
    distance_ = distance;
    name_ = name;
  }

  absl::string_view name() const { return name_; }

 private:
  absl::string_view wanted_;
  absl::string_view name_;
  size_t distance_ = std::numeric_limits<size_t>::max();
};

GatewayError Unimplemented(std::string message, absl::string_view path) {
  return {absl::UnimplementedError(message),
          "UNKNOWN_RPC",
          {{"path", std::string(path)}}};
}

GatewayError ExplainService(const transcode::BindingTable& table,
                            absl::string_view path, absl::string_view service) {
  Nearest nearest(service);
  for (const std::string& known : table.services()) nearest.Try(known);
  return Unimplemented(
      absl::StrCat("there is no service \"", Clip(service, kMaxValueBytes),
                   "\", the name most alike is ", nearest.name()),
      path);
}

GatewayError ExplainRpc(const transcode::BindingTable& table,
                        absl::string_view path, absl::string_view service,
                        absl::string_view rpc) {
  const std::string prefix = absl::StrCat("/", service, "/");
  Nearest nearest(rpc);
  for (const transcode::Binding& binding : table.bindings()) {
    if (!absl::StartsWith(binding.path, prefix)) continue;
    nearest.Try(absl::string_view(binding.path).substr(prefix.size()));
  }
  return Unimplemented(
      absl::StrCat("the service ", service, " has no RPC \"",
                   Clip(rpc, kMaxValueBytes), "\", the name most alike is ",
                   nearest.name()),
      path);
}

}  // namespace

GatewayError ExplainUnknownPath(const transcode::BindingTable& table,
                                absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (path.empty() || path[0] != '/' || slash == 0) {
    return Unimplemented(
        absl::StrCat("the path \"", Clip(path, kMaxValueBytes),
                     "\" has not the form /package.Service/Rpc"),
        path);
  }
  const absl::string_view service = path.substr(1, slash - 1);
  const bool known = absl::c_linear_search(table.services(), service);
  return known ? ExplainRpc(table, path, service, path.substr(slash + 1))
               : ExplainService(table, path, service);
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]);
      const size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace xapi_gateway::rpc
