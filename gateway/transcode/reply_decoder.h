// A xapi reply to the bytes of a Protobuf response, in one pass.
#ifndef GATEWAY_TRANSCODE_REPLY_DECODER_H_
#define GATEWAY_TRANSCODE_REPLY_DECODER_H_

#include <string>

#include "absl/status/statusor.h"
#include "backend/wire/reply.h"
#include "gateway/transcode/binding_table.h"

namespace xapi_gateway::transcode {

// Decodes a successful reply to a call of `binding` into the serialised
// response message. Nothing is built in between: the reader walks the reply
// once and writes the response as it goes.
//
// What the schema does not know, or a value that does not fit its field, is
// kept as JSON text in the `unrecognized` map of the record (or response) that
// it belongs to; members of a list or map that do fit still stand in the typed
// field. INTERNAL, naming the method and place, for a reply that is malformed
// or whose result fits nowhere.
//
// Thread-safe; each thread keeps one parser whose buffers are bounded by
// kMaxIdleParserBytes. May grow the capacity of `reply.body`.
absl::StatusOr<std::string> DecodeReply(const Binding& binding,
                                        wire::Reply& reply);

// Decodes the XML-RPC text that xapi puts in a finished task's `result`,
// whatever wire it came over, as DecodeReply would decode the same result.
absl::StatusOr<std::string> DecodeTaskResult(const Binding& binding,
                                             absl::string_view result);

// The largest reply, in bytes, for which a thread's parser keeps its buffers
// afterwards; they take about six times as much. Larger replies are so rare,
// and take so long, that allocating anew does not matter.
inline constexpr size_t kMaxIdleParserBytes = 8 << 20;

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_REPLY_DECODER_H_
