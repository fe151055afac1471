// What people added to the facts of the model, in files that lie beside it.
#ifndef PROTO_GENERATOR_NOTES_H_
#define PROTO_GENERATOR_NOTES_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/generator/facts.h"
#include "proto/generator/model.h"

namespace xapi_gateway::protogen {

// What a repetition of a custom message does; see idempotency.json.
class Idempotency {
 public:
  Idempotency() = default;
  static absl::StatusOr<Idempotency> Parse(absl::string_view json);

  // A level of Protobuf's `idempotency_level`, or "" if the call may do its
  // work twice. `known` tells whether the message is listed or ruled at all.
  std::string Level(const std::string& klass, const ModelMessage& message,
                    bool* known = nullptr) const;

 private:
  std::map<std::string, std::string> by_message_;  // "VM.start"
  std::map<std::string, std::string> by_prefix_;   // "get_"
};

// Values that must not reach a log although the model does not say so: "VM:x"
// is a field, "VM.x/y" a parameter, "VM.x" all of a message; see secrets.json.
using Secrets = std::set<std::string>;
absl::StatusOr<Secrets> ParseSecrets(absl::string_view json);

struct Notes {
  Idempotency idempotency;
  Secrets secrets;
  Prose prose;
};

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_NOTES_H_
