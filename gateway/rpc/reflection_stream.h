// The server reflection service, v1 and v1alpha.
#ifndef GATEWAY_RPC_REFLECTION_STREAM_H_
#define GATEWAY_RPC_REFLECTION_STREAM_H_

#include "gateway/rpc/generic_service.h"
#include "gateway/rpc/reflection_index.h"

namespace xapi_gateway::rpc {

// The most files that one stream is sent, against a client that asks for ever.
inline constexpr int kMaxReflectionRequests = 10000;

// Serves both versions, whose messages are the same on the wire. `index`
// outlives the service.
void AddReflection(const ReflectionIndex& index, GenericService& service);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_REFLECTION_STREAM_H_
