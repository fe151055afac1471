#include "gateway/rpc/call_metadata.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/rpc/text_limits.h"

namespace xapi_gateway::rpc {
namespace {

// The value of `key`, or "" if there is none.
absl::StatusOr<absl::string_view> FindOne(
    const grpc::ServerContextBase& context, absl::string_view key) {
  const auto& metadata = context.client_metadata();
  const auto [first, last] =
      metadata.equal_range(grpc::string_ref(key.data(), key.size()));
  if (first == last) return absl::string_view();
  if (std::next(first) != last) {
    return absl::InvalidArgumentError(
        absl::StrCat("the metadata ", key, " was sent more than once"));
  }
  return absl::string_view(first->second.data(), first->second.size());
}

absl::Status ReadBytes(absl::string_view text, CallMetadata& read) {
  if (text.empty()) return absl::OkStatus();
  int64_t bytes = 0;
  if (!absl::SimpleAtoi(text, &bytes) || bytes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the metadata ", kMaxReplyBytesKey,
                     " must be a number of bytes, got \"",
                     Clip(text, kMaxValueBytes), "\""));
  }
  read.max_reply_bytes = static_cast<size_t>(bytes);
  return absl::OkStatus();
}

absl::Status KeepRequestId(absl::string_view text, CallMetadata& read) {
  const bool fit = text.size() <= kMaxRequestIdBytes &&
                   std::all_of(text.begin(), text.end(), absl::ascii_isgraph);
  if (fit) read.request_id = std::string(text);
  return absl::OkStatus();
}

struct KeyReader {
  absl::string_view key;
  absl::Status (*read)(absl::string_view, CallMetadata&);
};

constexpr KeyReader kReaders[] = {
    {kPoolKey,
     [](absl::string_view text, CallMetadata& read) {
       read.pool = std::string(text);
       return absl::OkStatus();
     }},
    {kMaxReplyBytesKey, ReadBytes},
    {kRequestIdKey, KeepRequestId},
    {kTraceparentKey,
     [](absl::string_view text, CallMetadata& read) {
       read.traceparent = std::string(text);
       return absl::OkStatus();
     }},
};

absl::Status ReadKey(const grpc::ServerContextBase& context,
                     const KeyReader& reader, CallMetadata& read) {
  const absl::StatusOr<absl::string_view> text = FindOne(context, reader.key);
  return text.ok() ? reader.read(*text, read) : text.status();
}

}  // namespace

std::variant<CallMetadata, GatewayError> ReadMetadata(
    const grpc::ServerContextBase& context) {
  CallMetadata read;
  for (const KeyReader& reader : kReaders) {
    absl::Status status = ReadKey(context, reader, read);
    if (!status.ok()) {
      return GatewayError{std::move(status),
                          "INVALID_METADATA",
                          {{"key", std::string(reader.key)}},
                          std::string(reader.key)};
    }
  }
  return read;
}

absl::Time ChooseDeadline(absl::Time client_deadline, absl::Time now,
                          const DeadlineLimits& limits) {
  if (client_deadline == absl::InfiniteFuture()) {
    return now + std::min(limits.default_deadline, limits.max_deadline);
  }
  return std::min(client_deadline, now + limits.max_deadline);
}

}  // namespace xapi_gateway::rpc
