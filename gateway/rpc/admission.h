// What each call passes before anything is done for it, in a fixed order.
#ifndef GATEWAY_RPC_ADMISSION_H_
#define GATEWAY_RPC_ADMISSION_H_

#include <cstddef>
#include <optional>

#include "absl/time/time.h"
#include "gateway/rpc/call_metadata.h"
#include "gateway/rpc/environment.h"
#include "gateway/rpc/error_status.h"
#include "gateway/rpc/pool_directory.h"
#include "gateway/transcode/binding_table.h"

namespace grpc {
class ServerContextBase;
}

namespace xapi_gateway::rpc {

// A call of one binding and what was found out about it on the way.
struct CallContext {
  const Environment* environment;
  const transcode::Binding* binding;
  grpc::ServerContextBase* grpc;
  absl::Time started;

  // Set by Admit.
  CallMetadata metadata;  // with a request id in any case
  absl::Time deadline;
  const PoolEntry* pool = nullptr;
  size_t max_reply_bytes = 0;
};

// Fills in `call`. The error that the first step found which turns it down, or
// nullopt: the call may go on.
std::optional<GatewayError> Admit(CallContext& call);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_ADMISSION_H_
