#include "tests/simulator/model_reader.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::simulator {
namespace {

using Json = rapidjson::Value;

absl::string_view Text(const Json& json, const char* key) {
  auto found = json.FindMember(key);
  if (found == json.MemberEnd() || !found->value.IsString()) return "";
  return {found->value.GetString(), found->value.GetStringLength()};
}

bool Flag(const Json& json, const char* key, bool fallback = false) {
  auto found = json.FindMember(key);
  if (found == json.MemberEnd() || !found->value.IsBool()) return fallback;
  return found->value.GetBool();
}

Value ToValue(const Json& json) {
  if (json.IsBool()) return Value(json.GetBool());
  if (json.IsInt64()) return Value(json.GetInt64());
  if (json.IsNumber()) return Value(json.GetDouble());
  if (json.IsString()) return Value(std::string(json.GetString()));
  if (json.IsArray()) {
    Array items;
    for (const Json& item : json.GetArray()) items.push_back(ToValue(item));
    return Value(std::move(items));
  }
  Struct members;
  if (json.IsObject()) {
    for (const auto& member : json.GetObject()) {
      members.push_back({member.name.GetString(), ToValue(member.value)});
    }
  }
  return Value(std::move(members));
}

std::optional<Value> Fallback(const Json& json, const Type& type) {
  auto found = json.FindMember("default");
  if (found == json.MemberEnd()) return std::nullopt;
  Value value = ToValue(found->value);
  if (type.kind == Type::Kind::kDateTime) return DateTime{value.text()};
  if (type.kind == Type::Kind::kFloat && value.As<int64_t>()) {
    return Value(static_cast<double>(value.integer()));
  }
  return value;
}

// The levels of a nested field's name joined as the database joins them.
std::string FilterName(const Json& json, const std::string& name) {
  auto path = json.FindMember("path");
  if (path == json.MemberEnd() || !path->value.IsArray()) return name;
  std::vector<std::string> levels;
  for (const Json& level : path->value.GetArray()) {
    levels.push_back(level.GetString());
  }
  return absl::StrJoin(levels, "__");
}

struct KindName {
  absl::string_view name;
  MessageKind kind;
};
constexpr KindName kKinds[] = {
    {"custom", MessageKind::kCustom},
    {"field_get", MessageKind::kFieldGet},
    {"field_set", MessageKind::kFieldSet},
    {"field_add", MessageKind::kFieldAdd},
    {"field_remove", MessageKind::kFieldRemove},
    {"create", MessageKind::kCreate},
    {"destroy", MessageKind::kDestroy},
    {"get_by_uuid", MessageKind::kGetByUuid},
    {"get_by_name_label", MessageKind::kGetByNameLabel},
    {"get_record", MessageKind::kGetRecord},
    {"get_all", MessageKind::kGetAll},
    {"get_all_where", MessageKind::kGetAllWhere},
    {"get_all_records_where", MessageKind::kGetAllRecordsWhere},
    {"get_all_records", MessageKind::kGetAllRecords},
};

MessageKind KindOf(absl::string_view name) {
  for (const KindName& kind : kKinds) {
    if (kind.name == name) return kind.kind;
  }
  return MessageKind::kCustom;
}

struct ScalarName {
  absl::string_view name;
  Type::Kind kind;
};
constexpr ScalarName kScalars[] = {
    {"string", Type::Kind::kString}, {"int", Type::Kind::kInt},
    {"float", Type::Kind::kFloat},   {"bool", Type::Kind::kBool},
    {"void", Type::Kind::kVoid},     {"datetime", Type::Kind::kDateTime},
};

// Where the arrow of "(k -> v) map" is, brackets of inner maps skipped.
size_t TopArrow(absl::string_view text) {
  int depth = 0;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (depth == 0 && text.substr(i, 4) == " -> ") return i;
  }
  return absl::string_view::npos;
}

}  // namespace

absl::Status ModelReader::Read(const Json& document) {
  for (const char* key : {"enums", "roles", "role_sets", "classes", "relations",
                          "structs", "emergency_calls"}) {
    if (!document.HasMember(key)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the model has no member ", key));
    }
  }
  ReadEnums(document["enums"]);
  ReadRoles(document);
  for (const Json& json : document["classes"].GetArray()) ReadClass(json);
  ReadStructs(document["structs"]);
  ReadRelations(document["relations"]);
  for (const Json& name : document["emergency_calls"].GetArray()) {
    model_.emergency_calls_.insert(name.GetString());
  }
  auto kept = document.FindMember("calls_not_forwarded_to_coordinator");
  if (kept != document.MemberEnd()) {
    for (const Json& name : kept->value.GetArray()) {
      model_.not_forwarded_.insert(name.GetString());
    }
  }
  IndexMessages();
  return status_;
}

void ModelReader::ReadEnums(const Json& enums) {
  for (const Json& json : enums.GetArray()) {
    auto values = std::make_unique<std::vector<std::string>>();
    for (const Json& value : json["values"].GetArray()) {
      values->push_back(value.GetString());
    }
    model_.enums_[std::string(Text(json, "name"))] = std::move(values);
  }
}

void ModelReader::ReadRoles(const Json& document) {
  for (const Json& json : document["roles"].GetArray()) {
    model_.roles_.push_back(std::string(Text(json, "name")));
  }
  for (const Json& json : document["role_sets"].GetArray()) {
    RoleMask mask = 0;
    for (const Json& role : json["roles"].GetArray()) {
      for (size_t i = 0; i < model_.roles_.size(); ++i) {
        if (model_.roles_[i] == role.GetString()) mask |= 1u << i;
      }
    }
    model_.role_sets_[std::string(Text(json, "name"))] = mask;
  }
}

RoleMask ModelReader::Roles(const Json& json, const char* key) const {
  auto found = model_.role_sets_.find(Text(json, key));
  return found == model_.role_sets_.end() ? 0 : found->second;
}

void ModelReader::ReadClass(const Json& json) {
  Class cls;
  cls.index = static_cast<int>(model_.classes_.size());
  cls.name = std::string(Text(json, "name"));
  cls.lower_name = absl::AsciiStrToLower(cls.name);
  cls.in_database = Flag(json, "in_database");
  cls.has_events = Flag(json, "gen_events");
  cls.persistent = Text(json, "persist") != "nothing";
  for (const Json& field : json["fields"].GetArray()) ReadField(field, &cls);
  for (const Json& message : json["messages"].GetArray()) {
    ReadMessage(message, &cls);
  }
  model_.class_index_[cls.name] = cls.index;
  model_.classes_.push_back(std::move(cls));
}

void ModelReader::ReadField(const Json& json, Class* cls) {
  Field field;
  field.name = std::string(Text(json, "name"));
  field.filter_name = FilterName(json, field.name);
  field.type = ParseType(Text(json, "type"));
  absl::string_view qualifier = Text(json, "qualifier");
  field.writable = qualifier == "RW";
  field.constructor = field.writable || qualifier == "RO/constructor";
  field.internal_only = Flag(json, "internal_only");
  field.removed = Text(json, "state") == "removed";
  field.ignore_foreign_key = Flag(json, "ignore_foreign_key");
  field.fallback = Fallback(json, field.type);
  cls->field_index[field.name] = static_cast<int>(cls->fields.size());
  cls->fields.push_back(std::move(field));
}

void ModelReader::ReadMessage(const Json& json, Class* cls) {
  Message message;
  message.name = std::string(Text(json, "name"));
  message.full_name = absl::StrCat(cls->name, ".", message.name);
  message.kind = KindOf(Text(json, "kind"));
  message.field = cls->FieldIndex(Text(json, "field"));
  message.result = ParseType(Text(json, "result"));
  message.needs_session = Flag(json, "needs_session", true);
  message.async = Flag(json, "async");
  message.removed = Text(json, "state") == "removed";
  message.pool_internal = Flag(json, "pool_internal");
  message.roles = Roles(json, "roles");
  ReadParams(json, &message);
  ReadKeyRoles(json, &message);
  cls->messages.push_back(std::move(message));
}

void ModelReader::ReadParams(const Json& json, Message* message) {
  for (const Json& item : json["params"].GetArray()) {
    Param param;
    param.name = std::string(Text(item, "name"));
    param.type = ParseType(Text(item, "type"));
    param.fallback = Fallback(item, param.type);
    if (!param.fallback) ++message->mandatory;
    message->params.push_back(std::move(param));
  }
}

void ModelReader::ReadKeyRoles(const Json& json, Message* message) {
  auto found = json.FindMember("map_keys_roles");
  if (found == json.MemberEnd()) return;
  for (const auto& member : found->value.GetObject()) {
    message->key_roles.push_back(
        {member.name.GetString(),
         Roles(found->value, member.name.GetString())});
  }
}

void ModelReader::ReadStructs(const Json& structs) {
  for (const Json& json : structs.GetArray()) {
    std::vector<Field>& fields =
        model_.structs_[std::string(Text(json, "name"))];
    for (const Json& item : json["fields"].GetArray()) {
      Field field;
      field.name = std::string(Text(item, "name"));
      field.type = ParseType(Text(item, "type"));
      fields.push_back(std::move(field));
    }
  }
}

void ModelReader::ReadRelations(const Json& relations) {
  for (const Json& json : relations.GetArray()) {
    if (Text(json, "a") == Text(json, "b")) continue;  // mirrors itself
    std::pair<absl::string_view, absl::string_view> a =
        absl::StrSplit(Text(json, "a"), absl::MaxSplits('.', 1));
    std::pair<absl::string_view, absl::string_view> b =
        absl::StrSplit(Text(json, "b"), absl::MaxSplits('.', 1));
    const Class* class_a = model_.FindClass(a.first);
    const Class* class_b = model_.FindClass(b.first);
    if (!class_a || !class_b) {
      status_ = absl::InvalidArgumentError("a relation names no class");
      return;
    }
    int field_a = class_a->FieldIndex(a.second);
    int field_b = class_b->FieldIndex(b.second);
    if (field_a < 0 || field_b < 0) continue;
    bool many = class_a->fields[field_a].type.kind == Type::Kind::kSet;
    model_.relations_.push_back(
        {class_a->index, field_a, class_b->index, field_b, many});
  }
}

void ModelReader::IndexMessages() {
  for (Class& cls : model_.classes_) {
    for (Message& message : cls.messages) {
      message.cls = &cls;
      model_.messages_[message.full_name] = &message;
      model_.messages_.emplace(absl::StrCat(cls.name, "_", message.name),
                               &message);
    }
  }
}

Type ModelReader::ParseType(absl::string_view text) {
  Type::Kind suffix = Type::Kind::kVoid;
  if (absl::ConsumeSuffix(&text, " set")) suffix = Type::Kind::kSet;
  if (suffix == Type::Kind::kVoid && absl::ConsumeSuffix(&text, " option")) {
    suffix = Type::Kind::kOption;
  }
  if (suffix == Type::Kind::kVoid) return ParsePrimary(text);
  Type type;
  type.kind = suffix;
  type.element = std::make_shared<Type>(ParseType(text));
  return type;
}

Type ModelReader::ParsePrimary(absl::string_view text) {
  Type type;
  for (const ScalarName& scalar : kScalars) {
    if (scalar.name == text) {
      type.kind = scalar.kind;
      return type;
    }
  }
  if (absl::ConsumePrefix(&text, "enum ")) {
    type.kind = Type::Kind::kEnum;
    type.name = std::string(text);
    type.values = model_.FindEnum(text);
    if (!type.values) {
      status_ = absl::InvalidArgumentError(absl::StrCat("no enum ", text));
    }
  } else if (absl::ConsumeSuffix(&text, " ref")) {
    type.kind = Type::Kind::kRef;
    type.name = std::string(text);
  } else if (absl::ConsumeSuffix(&text, " record")) {
    type.kind = Type::Kind::kRecord;
    type.name = std::string(text);
  } else if (absl::ConsumeSuffix(&text, ") map")) {
    text.remove_prefix(1);
    size_t arrow = TopArrow(text);
    if (arrow == absl::string_view::npos) {
      status_ = absl::InvalidArgumentError(absl::StrCat("no map: ", text));
      return type;
    }
    type.kind = Type::Kind::kMap;
    type.key = std::make_shared<Type>(ParseType(text.substr(0, arrow)));
    type.element = std::make_shared<Type>(ParseType(text.substr(arrow + 4)));
  } else {
    status_ = absl::InvalidArgumentError(absl::StrCat("no type ", text));
  }
  return type;
}

}  // namespace xapi_gateway::simulator
