// The checked-in mirror is what the generator writes.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "tests/golden/proto/files.h"

namespace xapi_gateway::protogen {
namespace {

constexpr char kDir[] = "proto/xenapi/v1/";

TEST(MirrorTest, IsWhatTheGeneratorWrites) {
  const Inputs inputs = CheckedInInputs();
  const absl::StatusOr<Outputs> outputs = Generate(inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  for (const auto& [name, text] : outputs->files) {
    EXPECT_TRUE(ReadProjectFile(kDir + name) == text)
        << kDir << name << " is stale: build the target regenerate-proto";
  }
  EXPECT_TRUE(inputs.lock == outputs->lock)
      << "proto/model/numbers.json is stale";
}

TEST(MirrorTest, HasNoOtherFiles) {
  const absl::StatusOr<Outputs> outputs = Generate(CheckedInInputs());
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  std::set<std::string> expected = {"annotations.proto"};
  for (const auto& [name, text] : outputs->files) expected.insert(name);
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(kDir)) {
    found.insert(entry.path().filename());
  }
  EXPECT_EQ(found, expected);
}

TEST(MirrorTest, DoesNotDependOnTheLockForItsFirstNumbers) {
  Inputs inputs = CheckedInInputs();
  inputs.lock.clear();
  const absl::StatusOr<Outputs> once = Generate(inputs);
  ASSERT_TRUE(once.ok()) << once.status();
  inputs.lock = once->lock;
  const absl::StatusOr<Outputs> twice = Generate(inputs);
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_TRUE(once->files == twice->files);
  EXPECT_TRUE(once->lock == twice->lock);
}

}  // namespace
}  // namespace xapi_gateway::protogen
