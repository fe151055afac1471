#include "proto/generator/model.h"

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace xapi_gateway::protogen {
namespace {

using Json = nlohmann::json;

std::string Text(const Json& json, const char* key) {
  return json.value(key, std::string());
}

std::vector<std::string> Texts(const Json& json, const char* key) {
  return json.value(key, std::vector<std::string>());
}

std::optional<std::string> DefaultOf(const Json& json) {
  const auto found = json.find("default");
  if (found == json.end()) return std::nullopt;
  return found->dump();
}

template <typename T, typename Read>
std::vector<T> List(const Json& json, const char* key, Read read) {
  std::vector<T> list;
  const auto found = json.find(key);
  if (found == json.end()) return list;
  for (const Json& item : *found) list.push_back(read(item));
  return list;
}

Lifecycle ReadLifecycle(const Json& json) {
  Lifecycle lifecycle;
  lifecycle.transitions =
      json.value("lifecycle", decltype(lifecycle.transitions)());
  lifecycle.state = json.value("state", lifecycle.state);
  return lifecycle;
}

ModelParam ReadParam(const Json& json) {
  ModelParam param;
  param.name = json.at("name");
  param.type = json.at("type");
  param.default_json = DefaultOf(json);
  param.since = Text(json, "since");
  param.secret = json.value("secret", false);
  return param;
}

ModelMessage ReadMessage(const Json& json) {
  ModelMessage message;
  message.name = json.at("name");
  message.kind = json.at("kind");
  message.field = Text(json, "field");
  message.params = List<ModelParam>(json, "params", ReadParam);
  message.result = json.at("result");
  message.async = json.at("async");
  message.needs_session = json.at("needs_session");
  message.secret =
      json.value("secret", false) || json.value("result_secret", false);
  message.hidden = json.value("hidden", false);
  message.roles = json.at("roles");
  message.key_roles = json.value("map_keys_roles", message.key_roles);
  message.errors = Texts(json, "errors");
  message.lifecycle = ReadLifecycle(json);
  return message;
}

ModelField ReadField(const Json& json) {
  ModelField field;
  field.name = json.at("name");
  field.type = json.at("type");
  field.qualifier = Text(json, "qualifier");
  field.internal_only = json.value("internal_only", false);
  field.secret = json.value("secret", false);
  field.default_json = DefaultOf(json);
  field.lifecycle = ReadLifecycle(json);
  return field;
}

ModelEnum ReadEnum(const Json& json) {
  return {json.at("name"), Texts(json, "values"), Texts(json, "classes")};
}

ModelStruct ReadStruct(const Json& json) {
  return {json.at("name"), List<ModelField>(json, "fields", ReadField)};
}

ModelClass ReadClass(const Json& json) {
  ModelClass klass;
  klass.name = json.at("name");
  klass.fields = List<ModelField>(json, "fields", ReadField);
  klass.messages = List<ModelMessage>(json, "messages", ReadMessage);
  klass.constructor_required = Texts(json, "constructor_required");
  klass.constructor_optional = Texts(json, "constructor_optional");
  klass.lifecycle = ReadLifecycle(json);
  return klass;
}

Model ReadModel(const Json& json) {
  Model model;
  model.classes = List<ModelClass>(json, "classes", ReadClass);
  model.enums = List<ModelEnum>(json, "enums", ReadEnum);
  model.structs = List<ModelStruct>(json, "structs", ReadStruct);
  for (const Json& set : json.at("role_sets")) {
    model.role_sets[set.at("name")] = Texts(set, "roles");
  }
  return model;
}

template <typename T>
const T* FindByName(const std::vector<T>& list, absl::string_view name) {
  for (const T& item : list) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

}  // namespace

const ModelEnum* Model::FindEnum(absl::string_view name) const {
  return FindByName(enums, name);
}

const ModelStruct* Model::FindStruct(absl::string_view name) const {
  return FindByName(structs, name);
}

absl::StatusOr<Model> ParseModel(absl::string_view json) {
  try {
    return ReadModel(Json::parse(json.begin(), json.end()));
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model cannot be read: ", error.what()));
  }
}

}  // namespace xapi_gateway::protogen
