// One thing that is wrong with a configuration.
#ifndef GATEWAY_SERVER_CONFIG_FAULT_H_
#define GATEWAY_SERVER_CONFIG_FAULT_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::server {

struct ConfigFault {
  int line = 0;      // from 1; 0 if the fault has no place in the file
  std::string path;  // "pools[0].tls.ca_file"; "" for the file as a whole
  std::string message;
};

// Collects the faults of one file, so that all are reported at once. The
// reader notes where each value stands; what is checked later by path alone
// gets its line from there.
class FaultList {
 public:
  void NoteLine(const std::string& path, int line) { lines_[path] = line; }

  void Add(const std::string& path, std::string message) {
    faults_.push_back({LineOf(path), path, std::move(message)});
  }

  // A required field has no value; unless that is because of another fault.
  void AddMissing(const std::string& path);

  // Whether there is a fault of `path` or of a part of it.
  bool HasBelow(absl::string_view path) const;
  bool empty() const { return faults_.empty(); }
  // In the order of the file.
  std::vector<ConfigFault> Sorted() const;

 private:
  // The line of `path`, or of what it is part of.
  int LineOf(absl::string_view path) const;

  std::map<std::string, int, std::less<>> lines_;
  std::vector<ConfigFault> faults_;
};

// "a.b" or, for an empty `parent`, "b".
inline std::string FieldPath(const std::string& parent,
                             absl::string_view field) {
  return parent.empty() ? std::string(field) : absl::StrCat(parent, ".", field);
}

inline std::string ElementPath(const std::string& list, int index) {
  return absl::StrCat(list, "[", index, "]");
}

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_CONFIG_FAULT_H_
