// What is known of xapi's error codes: status, parameter names, a sentence.
#ifndef GATEWAY_RPC_ERROR_CATALOG_H_
#define GATEWAY_RPC_ERROR_CATALOG_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::rpc {

struct ErrorEntry {
  absl::StatusCode status = absl::StatusCode::kInternal;
  // Names of the parameters, in their order. xapi may send more or fewer.
  std::vector<absl::string_view> params;
  // "{vm} is a template", with parameter names in braces; may be empty.
  absl::string_view sentence;
};

// Immutable, hence thread-safe.
class ErrorCatalog {
 public:
  // `statuses` is CSV with a header and lines "code,grpc_status";  a code may
  // end in "<n>", which stands for any number. `texts` is CSV with a header and
  // lines "code,name;name,sentence". Both must outlive the catalog.
  // INVALID_ARGUMENT naming every faulty line.
  static absl::StatusOr<std::unique_ptr<const ErrorCatalog>> Parse(
      absl::string_view statuses, absl::string_view texts);

  // The entry of `code`. What xapi's plug-ins and newer versions invent is not
  // listed and counts as INTERNAL.
  const ErrorEntry& Find(absl::string_view code) const;

  size_t size() const { return entries_.size(); }

 private:
  ErrorCatalog() = default;

  absl::Status AddStatus(absl::string_view line);
  absl::Status AddText(absl::string_view line);

  absl::flat_hash_map<absl::string_view, ErrorEntry> entries_;
  const ErrorEntry unknown_;
};

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_ERROR_CATALOG_H_
