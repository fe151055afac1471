// The text of the .proto files.
#ifndef PROTO_GENERATOR_PRINT_H_
#define PROTO_GENERATOR_PRINT_H_

#include <map>
#include <string>

#include "proto/generator/schema.h"

namespace xapi_gateway::protogen {

// The files by name: "vm.proto", ... and "mirror.cmake", which lists them for
// the build. The text is laid out as `buf format` does.
std::map<std::string, std::string> PrintFiles(const Schema& schema);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_PRINT_H_
