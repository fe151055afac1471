#include "tests/simulator/model.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rapidjson/document.h"
#include "tests/simulator/model_reader.h"

extern "C" {
extern const char xapi_simulator_model_begin[];
extern const char xapi_simulator_model_end[];
}

namespace xapi_gateway::simulator {

int Class::FieldIndex(absl::string_view field) const {
  auto found = field_index.find(field);
  return found == field_index.end() ? -1 : found->second;
}

const Class* Model::FindClass(absl::string_view name) const {
  auto found = class_index_.find(name);
  return found == class_index_.end() ? nullptr : &classes_[found->second];
}

const Message* Model::FindMessage(absl::string_view name) const {
  auto found = messages_.find(name);
  return found == messages_.end() ? nullptr : found->second;
}

const std::vector<Field>* Model::FindStruct(absl::string_view name) const {
  auto found = structs_.find(name);
  return found == structs_.end() ? nullptr : &found->second;
}

const std::vector<std::string>* Model::FindEnum(absl::string_view name) const {
  auto found = enums_.find(name);
  return found == enums_.end() ? nullptr : found->second.get();
}

absl::StatusOr<std::shared_ptr<const Model>> Model::Parse(
    absl::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) {
    return absl::InvalidArgumentError("the model is not a JSON object");
  }
  auto model = std::make_shared<Model>();
  absl::Status status = ModelReader(model.get()).Read(document);
  if (!status.ok()) return status;
  return std::shared_ptr<const Model>(std::move(model));
}

absl::StatusOr<std::shared_ptr<const Model>> Model::BuiltIn() {
  return Parse(
      absl::string_view(xapi_simulator_model_begin,
                        xapi_simulator_model_end - xapi_simulator_model_begin));
}

}  // namespace xapi_gateway::simulator
