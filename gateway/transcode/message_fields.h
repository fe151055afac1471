// The fields of a request message, gathered by declaration.
#ifndef GATEWAY_TRANSCODE_MESSAGE_FIELDS_H_
#define GATEWAY_TRANSCODE_MESSAGE_FIELDS_H_

#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "gateway/transcode/plan.h"
#include "gateway/transcode/proto_reader.h"

namespace xapi_gateway::transcode {

// Protobuf lets fields come in any order and repeat; a call needs them in the
// order of its parameters. Points into the bytes that were scanned.
class MessageFields {
 public:
  using Occurrences = absl::InlinedVector<RawField, 1>;

  // Gathers the fields of `plan` from `bytes`. Returns what is wrong with
  // them, or an empty text.
  std::string Scan(const MessagePlan& plan, absl::string_view bytes);

  // What the message holds of the field that was declared as number `index`,
  // counted from zero; empty if it is unset.
  const Occurrences& of(size_t index) const { return fields_[index]; }
  bool has(size_t index) const { return !fields_[index].empty(); }

 private:
  std::vector<Occurrences> fields_;
};

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_MESSAGE_FIELDS_H_
