// The compiled mirror says of every message what the model says.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "proto/embedded_descriptors.h"
#include "tests/golden/proto/descriptors.h"
#include "tests/golden/proto/files.h"
#include "xenapi/v1/annotations.pb.h"

namespace xapi_gateway::protogen {
namespace {

namespace pb = google::protobuf;
namespace api = xenapi::v1;
using Json = nlohmann::json;

constexpr int kUnary = 2007;
constexpr int kAsync = 439;
constexpr int kUnrecognized = 1000;

bool Flag(const Json& json, const char* key) { return json.value(key, false); }

bool IsDeprecated(const Json& json) {
  const std::string state = json.value("state", "published");
  return state == "deprecated" || state == "removed";
}

class ModelTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ =
        new Json(Json::parse(ReadProjectFile("proto/model/xenapi-model.json")));
    mirror_ = new Descriptors(DescriptorSet());
    for (const Json& e : model_->at("enums")) {
      const std::vector<std::string> values = e.at("values");
      (*enums_)[absl::StrCat("enum ", e.at("name").get<std::string>())] =
          absl::StrCat("enum {", absl::StrJoin(values, ","), "}");
    }
  }
  static void TearDownTestSuite() {
    delete model_;
    delete mirror_;
  }

  // Calls check(class, message, rpc) for each public message.
  template <typename Check>
  static void ForEachMessage(Check check) {
    for (const Json& klass : model_->at("classes")) {
      for (const Json& message : klass.at("messages")) {
        if (Flag(message, "hidden")) continue;
        const std::string method = MethodOf(klass, message);
        SCOPED_TRACE(method);
        const auto found = mirror_->rpcs().find(method);
        ASSERT_NE(found, mirror_->rpcs().end());
        check(klass, message, *found->second);
      }
    }
  }

  static std::string MethodOf(const Json& klass, const Json& message) {
    return absl::StrCat(klass.at("name").get<std::string>(), ".",
                        message.at("name").get<std::string>());
  }

  // The type as Descriptors::TypeText gives it.
  static std::string Expected(const std::string& type) {
    std::vector<std::string> words = absl::StrSplit(type, ' ');
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      const std::string opening = words[i][0] == '(' ? "(" : "";
      if (words[i] != opening + "enum") continue;
      const bool closes = words[i + 1].back() == ')';
      if (closes) words[i + 1].pop_back();
      words[i] = opening + enums_->at("enum " + words[i + 1]);
      words[i + 1] = closes ? ")" : "";
    }
    std::string text = absl::StrJoin(words, " ");
    return absl::StrReplaceAll(text, {{"  ", " "},
                                      {"} )", "})"},
                                      {" option", ""},
                                      {"event_on_wire", "event"}});
  }

  static std::string Trimmed(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
  }

  static void ExpectType(const Json& type, const pb::FieldDescriptor& field,
                         const std::string& any_ref) {
    EXPECT_EQ(mirror_->TypeText(field, any_ref),
              Trimmed(Expected(type.get<std::string>())))
        << std::string(field.full_name());
  }

  static const Json* model_;
  static const Descriptors* mirror_;
  static std::map<std::string, std::string>* const enums_;
};

const Json* ModelTest::model_ = nullptr;
const Descriptors* ModelTest::mirror_ = nullptr;
std::map<std::string, std::string>* const ModelTest::enums_ =
    new std::map<std::string, std::string>;

const api::Rpc& OptionsOf(const pb::MethodDescriptor& rpc) {
  return rpc.options().GetExtension(api::rpc);
}

std::string WireName(const pb::FieldDescriptor& field) {
  const std::string& name = field.options().GetExtension(api::name);
  return name.empty() ? std::string(field.name()) : name;
}

TEST_F(ModelTest, EachPublicMessageIsAnRpcAndNothingElseIs) {
  std::set<std::string> expected;
  int unary = 0;
  int async = 0;
  for (const Json& klass : model_->at("classes")) {
    for (const Json& message : klass.at("messages")) {
      if (Flag(message, "hidden")) continue;
      const std::string method = MethodOf(klass, message);
      expected.insert(method);
      ++unary;
      if (!Flag(message, "async")) continue;
      expected.insert("Async." + method);
      ++async;
    }
  }
  EXPECT_EQ(unary, kUnary);
  EXPECT_EQ(async, kAsync);
  std::set<std::string> found;
  for (const auto& [method, rpc] : mirror_->rpcs()) found.insert(method);
  EXPECT_EQ(found, expected);
}

TEST_F(ModelTest, EachServiceNamesItsClass) {
  for (const auto& [method, rpc] : mirror_->rpcs()) {
    const std::string& klass =
        rpc->service()->options().GetExtension(api::class_);
    EXPECT_TRUE(absl::StrContains("." + method, "." + klass + ".")) << method;
    EXPECT_EQ(absl::AsciiStrToLower(std::string(rpc->service()->name())),
              absl::AsciiStrToLower(absl::StrReplaceAll(klass, {{"_", ""}})) +
                  "service");
  }
}

api::Rpc::Role WeakestRole(const std::vector<std::string>& roles) {
  constexpr const char* kLadder[] = {"read-only",     "vm-operator",
                                     "vm-admin",      "vm-power-admin",
                                     "pool-operator", "pool-admin"};
  for (int i = 0; i < 6; ++i) {
    if (std::count(roles.begin(), roles.end(), kLadder[i]) > 0) {
      return static_cast<api::Rpc::Role>(i + 1);
    }
  }
  return api::Rpc::LOCAL_ROOT;
}

TEST_F(ModelTest, RolesAreThoseOfTheModel) {
  std::map<std::string, std::vector<std::string>> sets;
  for (const Json& set : model_->at("role_sets")) {
    sets[set.at("name")] = set.at("roles").get<std::vector<std::string>>();
  }
  ForEachMessage([&sets](const Json&, const Json& message,
                         const pb::MethodDescriptor& rpc) {
    const std::vector<std::string>& roles = sets.at(message.at("roles"));
    EXPECT_EQ(OptionsOf(rpc).role(), WeakestRole(roles));
    EXPECT_EQ(OptionsOf(rpc).client_cert(),
              std::count(roles.begin(), roles.end(), "client-cert") > 0);
    const Json keys = message.value("map_keys_roles", Json::object());
    EXPECT_EQ(OptionsOf(rpc).key_roles_size(), static_cast<int>(keys.size()));
    for (const api::Rpc::KeyRole& key : OptionsOf(rpc).key_roles()) {
      EXPECT_EQ(key.role(), WeakestRole(sets.at(keys.at(key.key()))));
    }
  });
}

TEST_F(ModelTest, StatesAreThoseOfTheModel) {
  ForEachMessage([](const Json& klass, const Json& message,
                    const pb::MethodDescriptor& rpc) {
    EXPECT_EQ(OptionsOf(rpc).no_session(), !Flag(message, "needs_session"));
    EXPECT_EQ(OptionsOf(rpc).removed(),
              message.value("state", "") == "removed");
    EXPECT_EQ(rpc.options().deprecated(), IsDeprecated(message));
    EXPECT_EQ(rpc.service()->options().deprecated(), IsDeprecated(klass));
    EXPECT_FALSE(rpc.server_streaming() || rpc.client_streaming());
    EXPECT_TRUE(OptionsOf(rpc).secret() || !Flag(message, "secret"));
  });
}

// The class of a shared request's references: its own, but for the value's.
std::string OpenClass(const Json& klass, const Json& param,
                      const api::Rpc& rpc) {
  return param.at("name") == "value" ? rpc.value_ref()
                                     : klass.at("name").get<std::string>();
}

void ExpectDefault(const Json& param, const pb::FieldDescriptor& field) {
  const std::string& text = field.options().GetExtension(api::default_json);
  ASSERT_EQ(param.contains("default"), !text.empty());
  if (text.empty()) {
    EXPECT_FALSE(field.has_optional_keyword());
    return;
  }
  EXPECT_EQ(Json::parse(text), param.at("default"));
  const bool has_own_presence =
      field.is_repeated() || field.message_type() != nullptr;
  EXPECT_NE(field.has_optional_keyword(), has_own_presence);
}

TEST_F(ModelTest, ArgumentsAreThoseOfTheModel) {
  ForEachMessage([](const Json& klass, const Json& message,
                    const pb::MethodDescriptor& rpc) {
    const Json& params = message.at("params");
    const pb::Descriptor& request = *rpc.input_type();
    ASSERT_EQ(request.field_count(), static_cast<int>(params.size()));
    for (int i = 0; i < request.field_count(); ++i) {
      const pb::FieldDescriptor& field = *request.field(i);
      EXPECT_EQ(WireName(field), params[i].at("name").get<std::string>());
      ExpectType(params[i].at("type"), field,
                 OpenClass(klass, params[i], OptionsOf(rpc)));
      ExpectDefault(params[i], field);
      if (Flag(params[i], "secret")) {
        EXPECT_TRUE(field.options().GetExtension(api::secret));
      }
    }
  });
}

TEST_F(ModelTest, ResultsAreThoseOfTheModel) {
  ForEachMessage(
      [](const Json&, const Json& message, const pb::MethodDescriptor& rpc) {
        const pb::Descriptor& response = *rpc.output_type();
        if (message.at("result") == "void") {
          EXPECT_EQ(response.field_count(), 0);
          return;
        }
        ASSERT_GE(response.field_count(), 1);
        const pb::FieldDescriptor& field = *response.field(0);
        EXPECT_EQ(field.name(), field.is_repeated() ? "values" : "value");
        EXPECT_EQ(field.number(), 1);
        ExpectType(message.at("result"), field, OptionsOf(rpc).result_ref());
        // A map's key stays the text that it is.
        const bool may_not_fit = absl::StrContains(
            " " + message.at("result").get<std::string>(), " enum ");
        EXPECT_EQ(response.FindFieldByNumber(kUnrecognized) != nullptr,
                  may_not_fit);
        EXPECT_EQ(response.field_count(), may_not_fit ? 2 : 1);
      });
}

TEST_F(ModelTest, AsyncFormsStreamProgressAndTheSameResult) {
  ForEachMessage([](const Json&, const Json& message,
                    const pb::MethodDescriptor& rpc) {
    if (!Flag(message, "async")) return;
    const auto found = mirror_->rpcs().find("Async." + OptionsOf(rpc).method());
    ASSERT_NE(found, mirror_->rpcs().end());
    const pb::MethodDescriptor& async = *found->second;
    EXPECT_TRUE(async.server_streaming());
    EXPECT_FALSE(async.client_streaming());
    EXPECT_EQ(async.name(), absl::StrCat(std::string(rpc.name()), "Async"));
    EXPECT_EQ(async.input_type(), rpc.input_type());
    EXPECT_EQ(OptionsOf(async).role(), OptionsOf(rpc).role());
    EXPECT_EQ(OptionsOf(async).secret(), OptionsOf(rpc).secret());
    const pb::Descriptor& progress = *async.output_type();
    ASSERT_EQ(progress.oneof_decl_count(), 1);
    ASSERT_EQ(progress.oneof_decl(0)->field_count(), 2);
    EXPECT_EQ(progress.FindFieldByNumber(1)->message_type()->name(),
              "TaskProgress");
    EXPECT_EQ(progress.FindFieldByNumber(2)->message_type(), rpc.output_type());
  });
}

const Json& RecordFields(const Json& model, const Json& klass) {
  const std::string name = klass.at("name");
  for (const Json& s : model.at("structs")) {
    if (s.at("name") == name + "_on_wire") return s.at("fields");
  }
  return klass.at("fields");
}

bool Lists(const Json& klass, const char* list, const Json& name) {
  const Json names = klass.value(list, Json::array());
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The constructor option that the model asks for.
api::Constructor ConstructorOf(const Json& klass, const Json& field) {
  const Json& messages = klass.at("messages");
  const bool constructed =
      std::any_of(messages.begin(), messages.end(), [](const Json& message) {
        return message.at("kind") == "create" && !Flag(message, "hidden");
      });
  if (!constructed) return api::CONSTRUCTOR_UNSPECIFIED;
  if (Lists(klass, "constructor_required", field.at("name"))) {
    return api::CONSTRUCTOR_REQUIRED;
  }
  return Lists(klass, "constructor_optional", field.at("name"))
             ? api::CONSTRUCTOR_OPTIONAL
             : api::CONSTRUCTOR_UNSPECIFIED;
}

TEST_F(ModelTest, RecordsAreThoseOfTheModel) {
  for (const Json& klass : model_->at("classes")) {
    const std::string name = klass.at("name");
    SCOPED_TRACE(name);
    const auto record = mirror_->records().find(name);
    if (klass.at("fields").empty()) {
      EXPECT_EQ(record, mirror_->records().end());
      continue;
    }
    ASSERT_NE(record, mirror_->records().end());
    const pb::Descriptor& message = *record->second;
    int next = 0;
    for (const Json& field : RecordFields(*model_, klass)) {
      if (Flag(field, "internal_only")) continue;
      ASSERT_LT(next, message.field_count());
      const pb::FieldDescriptor& image = *message.field(next++);
      EXPECT_EQ(WireName(image), field.at("name").get<std::string>());
      EXPECT_LT(image.number(), kUnrecognized);
      ExpectType(field.at("type"), image, "");
      EXPECT_EQ(image.options().GetExtension(api::constructor),
                ConstructorOf(klass, field));
      EXPECT_EQ(image.options().deprecated(), IsDeprecated(field));
    }
    ASSERT_EQ(message.field_count(), next + 1);
    EXPECT_EQ(message.field(next)->number(), kUnrecognized);
    EXPECT_EQ(message.field(next)->name(), "unrecognized");
  }
}

}  // namespace
}  // namespace xapi_gateway::protogen
