// Builds the .proto files, still without numbers, from the model.
#ifndef PROTO_GENERATOR_BUILD_H_
#define PROTO_GENERATOR_BUILD_H_

#include "absl/status/statusor.h"
#include "proto/generator/model.h"
#include "proto/generator/notes.h"
#include "proto/generator/numbers.h"
#include "proto/generator/schema.h"

namespace xapi_gateway::protogen {

// A file per class with messages or fields that are on the wire and public, and
// common.proto for what they share. The lock decides whether an RPC keeps types
// of its own or shared ones, and in which file an enum stays. An error names
// the element that has no image in Protobuf, or whose name is taken.
absl::StatusOr<Schema> BuildSchema(const Model& model, const Notes& notes,
                                   const Lock& lock);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_BUILD_H_
