// What people added to the model names things that exist, and misses none.
#include "proto/generator/notes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/golden/proto/files.h"

namespace xapi_gateway::protogen {
namespace {

class NotesTest : public testing::Test {
 protected:
  NotesTest() {
    absl::StatusOr<Model> model = ParseModel(inputs_.model);
    EXPECT_TRUE(model.ok()) << model.status();
    if (model.ok()) model_ = *std::move(model);
  }

  const Inputs inputs_ = CheckedInInputs();
  Model model_;
};

TEST_F(NotesTest, EveryPublicMessageWasReviewedForRepetition) {
  const absl::StatusOr<Idempotency> idempotency =
      Idempotency::Parse(inputs_.idempotency);
  ASSERT_TRUE(idempotency.ok()) << idempotency.status();
  for (const ModelClass& klass : model_.classes) {
    for (const ModelMessage& message : klass.messages) {
      if (message.hidden) continue;
      bool known = false;
      idempotency->Level(klass.name, message, &known);
      EXPECT_TRUE(known) << klass.name << "." << message.name
                         << " is missing in idempotency.json";
    }
  }
}

TEST_F(NotesTest, RepetitionListsNameMessagesOnceAndOnlyReal) {
  std::set<std::string> custom;
  for (const ModelClass& klass : model_.classes) {
    for (const ModelMessage& message : klass.messages) {
      if (message.hidden || message.kind != "custom") continue;
      custom.insert(absl::StrCat(klass.name, ".", message.name));
    }
  }
  const auto json = nlohmann::json::parse(inputs_.idempotency);
  std::set<std::string> seen;
  for (const auto& [level, names] : json.at("messages").items()) {
    EXPECT_TRUE(level == "NONE" || level == "IDEMPOTENT" ||
                level == "NO_SIDE_EFFECTS")
        << level;
    for (const std::string name : names) {
      EXPECT_EQ(custom.count(name), 1u) << name << " is no public message";
      EXPECT_TRUE(seen.insert(name).second) << name << " is listed twice";
    }
  }
}

TEST_F(NotesTest, SecretsNameWhatExists) {
  std::set<std::string> names;
  for (const ModelClass& klass : model_.classes) {
    for (const ModelField& field : klass.fields) {
      names.insert(absl::StrCat(klass.name, ":", field.name));
    }
    for (const ModelMessage& message : klass.messages) {
      names.insert(absl::StrCat(klass.name, ".", message.name));
      for (const ModelParam& param : message.params) {
        names.insert(
            absl::StrCat(klass.name, ".", message.name, "/", param.name));
      }
    }
  }
  const absl::StatusOr<Secrets> secrets = ParseSecrets(inputs_.secrets);
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  for (const std::string& secret : *secrets) {
    EXPECT_EQ(names.count(secret), 1u) << secret;
  }
}

}  // namespace
}  // namespace xapi_gateway::protogen
