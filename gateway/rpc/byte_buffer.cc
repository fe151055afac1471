#include "gateway/rpc/byte_buffer.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <utility>

namespace xapi_gateway::rpc {
namespace {

// Below this a copy is cheaper than a second allocation and a counted owner.
constexpr size_t kMaxCopiedBytes = 256;

void DeleteString(void* string) { delete static_cast<std::string*>(string); }

}  // namespace

grpc::ByteBuffer ToByteBuffer(std::string bytes) {
  if (bytes.size() <= kMaxCopiedBytes) {
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
  }
  auto* owned = new std::string(std::move(bytes));
  const grpc::Slice slice(owned->data(), owned->size(), DeleteString, owned);
  return grpc::ByteBuffer(&slice, 1);
}

bool ToSlice(const grpc::ByteBuffer& buffer, grpc::Slice* slice) {
  return buffer.TrySingleSlice(slice).ok() ||
         buffer.DumpToSingleSlice(slice).ok();
}

absl::string_view View(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace xapi_gateway::rpc
