// Generated .proto files to descriptors, without leaving the process.
#ifndef TESTS_GOLDEN_PROTO_COMPILE_H_
#define TESTS_GOLDEN_PROTO_COMPILE_H_

#include <map>
#include <string>

namespace xapi_gateway::protogen {

// Compiles the files of proto/xenapi/v1, given by name, and what they import.
// A serialised google.protobuf.FileDescriptorSet; empty, and a failure of the
// running test, if they do not compile.
std::string CompileMirror(const std::map<std::string, std::string>& files);

}  // namespace xapi_gateway::protogen

#endif  // TESTS_GOLDEN_PROTO_COMPILE_H_
