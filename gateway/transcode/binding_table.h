// The program of the gateway: every mirrored RPC, compiled from descriptors.
#ifndef GATEWAY_TRANSCODE_BINDING_TABLE_H_
#define GATEWAY_TRANSCODE_BINDING_TABLE_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace xapi_gateway::transcode {

struct MessagePlan;
class PlanStore;

// What a repetition of a call does, from the RPC's idempotency_level.
enum class Idempotency {
  kUnknown,        // may do its work twice
  kIdempotent,     // changes things, but a second time makes no difference
  kNoSideEffects,  // only reads
};

// The xapi roles, weakest first, as in xenapi.v1.Rpc.Role.
enum class Role {
  kReadOnly = 1,
  kVmOperator,
  kVmAdmin,
  kVmPowerAdmin,
  kPoolOperator,
  kPoolAdmin,
  kLocalRoot,
};

// Restricts one key of a map beyond the role of its RPC.
struct KeyRole {
  std::string key;
  Role role;
};

// One RPC and the xapi method that it stands for. Immutable; lives as long as
// its table.
struct Binding {
  std::string path;    // "/xenapi.v1.VmService/Start"
  std::string method;  // "VM.start", "Async.VM.start"
  std::string class_name;  // "VM"
  Role role = Role::kLocalRoot;
  bool client_cert = false;   // also open to the internal role client-cert
  bool with_session = true;   // false: the login calls
  bool secret = false;        // arguments and result are never logged
  bool streaming = false;     // an Async form: a stream of progress
  Idempotency idempotency = Idempotency::kUnknown;
  std::vector<KeyRole> key_roles;
  const MessagePlan* request = nullptr;
  // For a streaming RPC the plan of its final result, not of the progress.
  const MessagePlan* response = nullptr;
};

// Thread-safe because immutable.
class BindingTable {
 public:
  // Compiles all RPCs that carry (xenapi.v1.rpc) in `descriptor_set`, a
  // serialised google.protobuf.FileDescriptorSet with its imports.
  // INVALID_ARGUMENT naming every fault found, one per line.
  static absl::StatusOr<std::unique_ptr<const BindingTable>> Compile(
      absl::string_view descriptor_set);
  ~BindingTable();

  // The binding of a gRPC path, or null. The pointer lives as long as the table.
  const Binding* Find(absl::string_view path) const;
  // The binding of a xapi method name, such as "VM.start", or null.
  const Binding* FindMethod(absl::string_view method) const;

  // All bindings, in the order of the descriptors.
  const std::deque<Binding>& bindings() const { return bindings_; }
  // Full names of the services, such as "xenapi.v1.VmService".
  absl::Span<const std::string> services() const { return services_; }

 private:
  BindingTable();

  std::unique_ptr<PlanStore> plans_;
  std::deque<Binding> bindings_;
  std::vector<std::string> services_;
  absl::flat_hash_map<absl::string_view, const Binding*> by_path_;
  absl::flat_hash_map<absl::string_view, const Binding*> by_method_;
};

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_BINDING_TABLE_H_
