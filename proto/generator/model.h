// The facts about the XenAPI that the generator turns into .proto files.
#ifndef PROTO_GENERATOR_MODEL_H_
#define PROTO_GENERATOR_MODEL_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::protogen {

// What became of an element, release by release.
struct Lifecycle {
  // Pairs of what happened ("published", "changed", "deprecated", "removed",
  // "prototyped") and the release in which it did.
  std::vector<std::pair<std::string, std::string>> transitions;
  // Where it stands now: "published", "prototyped", "deprecated", "removed".
  std::string state = "published";

  bool IsRemoved() const { return state == "removed"; }
  bool IsDeprecated() const { return IsRemoved() || state == "deprecated"; }
};

struct ModelParam {
  std::string name;
  std::string type;  // in the model's type grammar, see types.h
  std::optional<std::string> default_json;
  std::string since;  // the release that added it, if later than its message
  bool secret = false;
};

struct ModelMessage {
  std::string name;
  std::string kind;   // "custom", or which implicit accessor it is
  std::string field;  // of a field's accessor
  std::vector<ModelParam> params;
  std::string result;  // "void" if none
  bool async = false;
  bool needs_session = true;
  bool secret = false;
  bool hidden = false;
  std::string roles;  // a role set
  // Keys of the map that need another role set than the message.
  std::map<std::string, std::string> key_roles;
  std::vector<std::string> errors;
  Lifecycle lifecycle;
};

struct ModelField {
  std::string name;
  std::string type;
  std::string qualifier;  // "RW", "RO/constructor", "RO/runtime"
  bool internal_only = false;
  bool secret = false;
  std::optional<std::string> default_json;
  Lifecycle lifecycle;
};

struct ModelEnum {
  std::string name;
  std::vector<std::string> values;
  std::vector<std::string> classes;  // that use it
};

// A record that belongs to no class.
struct ModelStruct {
  std::string name;
  std::vector<ModelField> fields;
};

struct ModelClass {
  std::string name;
  std::vector<ModelField> fields;
  std::vector<ModelMessage> messages;
  // Names of the fields that take part in the implicit `create`.
  std::vector<std::string> constructor_required;
  std::vector<std::string> constructor_optional;
  Lifecycle lifecycle;
};

struct Model {
  std::vector<ModelClass> classes;
  std::vector<ModelEnum> enums;
  std::vector<ModelStruct> structs;
  // The roles of each role set, the weakest at the end of the ladder.
  std::map<std::string, std::vector<std::string>> role_sets;

  const ModelEnum* FindEnum(absl::string_view name) const;
  const ModelStruct* FindStruct(absl::string_view name) const;
};

// Reads the text of proto/model/xenapi-model.json. INVALID_ARGUMENT names what
// is missing or of the wrong type.
absl::StatusOr<Model> ParseModel(absl::string_view json);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_MODEL_H_
