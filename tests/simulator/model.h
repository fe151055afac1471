// The API's own description of itself: classes, fields, messages and types, as
// proto/model/xenapi-model.json states them. Everything the simulator does
// without code for a single class is driven by these tables.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_MODEL_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/value.h"

namespace xapi_gateway::simulator {

struct Type {
  enum class Kind {
    kVoid,
    kString,
    kInt,
    kFloat,
    kBool,
    kDateTime,
    kEnum,
    kRef,
    kRecord,
    kSet,
    kMap,
    kOption,
  };
  Kind kind = Kind::kVoid;
  std::string name;  // of the enum, class or structure
  const std::vector<std::string>* values = nullptr;  // of the enum
  std::shared_ptr<const Type> key;                   // of a map
  std::shared_ptr<const Type> element;               // of a set, map or option
};

struct Field {
  std::string name;
  std::string filter_name;  // as filter expressions spell it: name__label
  Type type;
  bool writable = false;       // has a setter
  bool constructor = false;    // is an argument of the constructor
  bool internal_only = false;  // never in records
  bool removed = false;        // in records, but its getter fails
  bool ignore_foreign_key = false;
  std::optional<Value> fallback;  // the value given when none is stated
};

enum class MessageKind {
  kCustom,
  kFieldGet,
  kFieldSet,
  kFieldAdd,
  kFieldRemove,
  kCreate,
  kDestroy,
  kGetByUuid,
  kGetByNameLabel,
  kGetRecord,
  kGetAll,
  kGetAllWhere,
  kGetAllRecordsWhere,
  kGetAllRecords,
};

struct Param {
  std::string name;
  Type type;
  std::optional<Value> fallback;
};

// A bit per role, in the order of Model::roles().
using RoleMask = uint32_t;

struct Class;

struct Message {
  const Class* cls = nullptr;
  std::string name;
  std::string full_name;  // VM.start
  MessageKind kind = MessageKind::kCustom;
  int field = -1;  // index in cls->fields of the field_* kinds
  std::vector<Param> params;
  int mandatory = 0;  // parameters without default, the session left out
  Type result;
  bool needs_session = true;
  bool async = false;
  bool removed = false;
  bool pool_internal = false;
  RoleMask roles = 0;  // 0 = root alone
  // Roles that may change a protected key, by key; a trailing * is a wildcard.
  std::vector<std::pair<std::string, RoleMask>> key_roles;
};

struct Class {
  int index = 0;  // position in the model, which is the order of events
  std::string name;
  std::string lower_name;  // as events spell it
  bool in_database = false;
  bool has_events = false;
  bool persistent = true;
  std::vector<Field> fields;
  std::vector<Message> messages;
  absl::flat_hash_map<std::string, int> field_index;

  // -1 when there is none.
  int FieldIndex(absl::string_view field) const;
};

// A reference field and the set on the other side that mirrors it.
struct Relation {
  int class_a, field_a;  // a single reference, or a set when many_to_many
  int class_b, field_b;  // always a set
  bool many_to_many;
};

class Model {
 public:
  // The model built into the program.
  static absl::StatusOr<std::shared_ptr<const Model>> BuiltIn();
  static absl::StatusOr<std::shared_ptr<const Model>> Parse(
      absl::string_view json);

  const std::vector<Class>& classes() const { return classes_; }
  const std::vector<Relation>& relations() const { return relations_; }
  const std::vector<std::string>& roles() const { return roles_; }
  // nullptr when there is none. The name is in the model's case.
  const Class* FindClass(absl::string_view name) const;
  // By class.message or class_message, without any Async prefix.
  const Message* FindMessage(absl::string_view name) const;
  // The fields of a structure that is no class (an event batch), or nullptr.
  const std::vector<Field>* FindStruct(absl::string_view name) const;
  bool IsEmergencyCall(absl::string_view method) const {
    return emergency_calls_.contains(method);
  }
  bool IsNotForwarded(absl::string_view method) const {
    return not_forwarded_.contains(method);
  }
  const std::vector<std::string>* FindEnum(absl::string_view name) const;

 private:
  friend class ModelReader;

  std::vector<Class> classes_;
  std::vector<Relation> relations_;
  std::vector<std::string> roles_;
  absl::flat_hash_map<std::string, RoleMask> role_sets_;
  absl::flat_hash_map<std::string, int> class_index_;
  absl::flat_hash_map<std::string, const Message*> messages_;
  absl::flat_hash_map<std::string, std::unique_ptr<std::vector<std::string>>>
      enums_;
  absl::flat_hash_map<std::string, std::vector<Field>> structs_;
  absl::flat_hash_set<std::string> emergency_calls_;
  absl::flat_hash_set<std::string> not_forwarded_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_MODEL_H_
