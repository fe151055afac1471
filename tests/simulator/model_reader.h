// Turns the model's JSON document into the tables of Model.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_MODEL_READER_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_MODEL_READER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rapidjson/document.h"
#include "tests/simulator/model.h"

namespace xapi_gateway::simulator {

class ModelReader {
 public:
  explicit ModelReader(Model* model) : model_(*model) {}

  absl::Status Read(const rapidjson::Value& document);

 private:
  void ReadEnums(const rapidjson::Value& enums);
  void ReadRoles(const rapidjson::Value& document);
  void ReadClass(const rapidjson::Value& json);
  void ReadField(const rapidjson::Value& json, Class* cls);
  void ReadMessage(const rapidjson::Value& json, Class* cls);
  void ReadParams(const rapidjson::Value& json, Message* message);
  void ReadKeyRoles(const rapidjson::Value& json, Message* message);
  void ReadStructs(const rapidjson::Value& structs);
  void ReadRelations(const rapidjson::Value& relations);
  void IndexMessages();
  // The grammar: primary { " set" | " option" }; a map is "(k -> v) map".
  Type ParseType(absl::string_view text);
  Type ParsePrimary(absl::string_view text);
  RoleMask Roles(const rapidjson::Value& json, const char* key) const;

  Model& model_;
  absl::Status status_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_MODEL_READER_H_
