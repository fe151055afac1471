// Message bytes in and out of gRPC without copying them where possible.
#ifndef GATEWAY_RPC_BYTE_BUFFER_H_
#define GATEWAY_RPC_BYTE_BUFFER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace grpc {
class ByteBuffer;
class Slice;
}  // namespace grpc

namespace xapi_gateway::rpc {

// A buffer that owns `bytes`.
grpc::ByteBuffer ToByteBuffer(std::string bytes);

// The content of `buffer` in one piece: shared if it is one already, else
// copied. `slice` keeps it alive.
bool ToSlice(const grpc::ByteBuffer& buffer, grpc::Slice* slice);

absl::string_view View(const grpc::Slice& slice);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_BYTE_BUFFER_H_
