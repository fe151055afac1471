// The generator as a function: texts in, texts out.
#ifndef PROTO_GENERATOR_GENERATE_H_
#define PROTO_GENERATOR_GENERATE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace xapi_gateway::protogen {

// Texts of the files in proto/model; all but the model may be empty.
struct Inputs {
  std::string model;
  std::string lock;
  std::string idempotency;
  std::string secrets;
  std::string prose;
};

struct Outputs {
  std::map<std::string, std::string> files;  // by name in proto/xenapi/v1
  std::string lock;
  // What breaks clients that were compiled against the lock of the inputs.
  std::vector<std::string> breaking_changes;
};

absl::StatusOr<Outputs> Generate(const Inputs& inputs);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_GENERATE_H_
