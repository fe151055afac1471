#include "gateway/server/config_fault.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"

namespace xapi_gateway::server {

void FaultList::AddMissing(const std::string& path) {
  if (!HasBelow(path)) Add(path, "is required");
}

bool FaultList::HasBelow(absl::string_view path) const {
  return absl::c_any_of(faults_, [&](const ConfigFault& fault) {
    return absl::StartsWith(fault.path, path);
  });
}

std::vector<ConfigFault> FaultList::Sorted() const {
  std::vector<ConfigFault> sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ConfigFault& a, const ConfigFault& b) {
                     return a.line < b.line;
                   });
  return sorted;
}

int FaultList::LineOf(absl::string_view path) const {
  while (true) {
    const auto line = lines_.find(path);
    if (line != lines_.end()) return line->second;
    const size_t end = path.find_last_of(".[");
    if (end == path.npos) return 0;
    path = path.substr(0, end);
  }
}

}  // namespace xapi_gateway::server
