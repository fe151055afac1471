#include "tests/golden/proto/files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace xapi_gateway::protogen {
namespace {

std::string ReadIfThere(const std::string& path) {
  return std::filesystem::exists(path) ? ReadProjectFile(path) : "";
}

}  // namespace

std::string ReadProjectFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path << " cannot be read";
  return {std::istreambuf_iterator<char>(in), {}};
}

Inputs CheckedInInputs() {
  return {ReadProjectFile("proto/model/xenapi-model.json"),
          ReadProjectFile("proto/model/numbers.json"),
          ReadProjectFile("proto/model/idempotency.json"),
          ReadProjectFile("proto/model/secrets.json"),
          ReadIfThere("proto/model/prose.json")};
}

}  // namespace xapi_gateway::protogen
