// The checked-in files that tests compare.
#ifndef TESTS_GOLDEN_PROTO_FILES_H_
#define TESTS_GOLDEN_PROTO_FILES_H_

#include <string>

#include "proto/generator/generate.h"

namespace xapi_gateway::protogen {

// The text of a file, by its path from the top of the project.
std::string ReadProjectFile(const std::string& path);

// What the checked-in mirror was generated from.
Inputs CheckedInInputs();

}  // namespace xapi_gateway::protogen

#endif  // TESTS_GOLDEN_PROTO_FILES_H_
