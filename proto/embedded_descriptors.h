// Data that is part of the program: what it serves, and how xapi's errors map.
#ifndef PROTO_EMBEDDED_DESCRIPTORS_H_
#define PROTO_EMBEDDED_DESCRIPTORS_H_

#include "absl/strings/string_view.h"

namespace xapi_gateway {

// A serialised google.protobuf.FileDescriptorSet: every .proto file of this
// project and all that they import, each after its imports. Lives as long as
// the program, in pages that are loaded when first read.
absl::string_view DescriptorSet();

// The text of proto/model/errors.csv: a header line, then xapi's error code and
// the name of the gRPC status it maps to, comma-separated.
absl::string_view ErrorTable();

// The text of proto/model/error_texts.csv: a header line, then xapi's error
// code, the names of its parameters separated by semicolons, and a sentence
// with those names in braces; names and sentence may be empty.
absl::string_view ErrorTexts();

}  // namespace xapi_gateway

#endif  // PROTO_EMBEDDED_DESCRIPTORS_H_
