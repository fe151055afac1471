#include "proto/generator/types.h"

#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/generator/naming.h"

namespace xapi_gateway::protogen {
namespace {

struct Scalar {
  absl::string_view name;
  TypeKind kind;
  absl::string_view proto;
  absl::string_view word;  // in the names of shared messages
};

constexpr Scalar kScalars[] = {
    {"void", TypeKind::kVoid, "", "Empty"},
    {"string", TypeKind::kString, "string", "String"},
    {"int", TypeKind::kInt, "int64", "Int64"},
    {"float", TypeKind::kFloat, "double", "Double"},
    {"bool", TypeKind::kBool, "bool", "Bool"},
    {"datetime", TypeKind::kDatetime, "google.protobuf.Timestamp",
     "Timestamp"}};

const Scalar* FindScalar(TypeKind kind) {
  for (const Scalar& scalar : kScalars) {
    if (scalar.kind == kind) return &scalar;
  }
  return nullptr;
}

absl::Status BadType(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("type \"", text, "\" does not follow the grammar"));
}

// The " -> " of a map at the outermost level of brackets.
size_t FindArrow(absl::string_view text) {
  int depth = 0;
  for (size_t i = 0; i + 4 <= text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (depth == 0 && text.substr(i, 4) == " -> ") return i;
  }
  return absl::string_view::npos;
}

absl::StatusOr<Type> ParseMap(absl::string_view inside) {
  const size_t arrow = FindArrow(inside);
  if (arrow == absl::string_view::npos) return BadType(inside);
  absl::StatusOr<Type> key = ParseType(inside.substr(0, arrow));
  if (!key.ok()) return key.status();
  absl::StatusOr<Type> value = ParseType(inside.substr(arrow + 4));
  if (!value.ok()) return value.status();
  return Type{TypeKind::kMap, "", {*std::move(key), *std::move(value)}};
}

absl::StatusOr<Type> ParseWrapped(TypeKind kind, absl::string_view inside) {
  absl::StatusOr<Type> inner = ParseType(inside);
  if (!inner.ok()) return inner.status();
  return Type{kind, "", {*std::move(inner)}};
}

absl::StatusOr<Type> ParsePrimary(absl::string_view text) {
  for (const Scalar& scalar : kScalars) {
    if (scalar.name == text) return Type{scalar.kind};
  }
  if (text == "<class> record") return Type{TypeKind::kAnyRecord};
  if (absl::ConsumePrefix(&text, "enum ")) {
    return Type{TypeKind::kEnum, std::string(text)};
  }
  if (absl::ConsumeSuffix(&text, " ref")) {
    return Type{TypeKind::kRef, std::string(text)};
  }
  if (absl::ConsumeSuffix(&text, " record")) {
    return Type{TypeKind::kRecord, std::string(text)};
  }
  return BadType(text);
}

SchemaOption TextOption(absl::string_view name, absl::string_view value) {
  return {absl::StrCat("(xenapi.v1.", name, ")"),
          absl::StrCat("\"", value, "\"")};
}

absl::Status NoImage(const Type& type) {
  return absl::UnimplementedError(absl::StrCat(
      "no Protobuf type stands for a ", DescribeType(type), " in this place"));
}

// A type that one Protobuf field holds without label.
absl::StatusOr<SchemaField> SingleField(const Type& type) {
  SchemaField field;
  switch (type.kind) {
    case TypeKind::kEnum:
      field.type = EnumName(type.name);
      return field;
    case TypeKind::kRef:
      field.type = "string";
      field.options.push_back(TextOption("ref", type.name));
      return field;
    case TypeKind::kRecord:
      field.type = RecordName(type.name);
      return field;
    case TypeKind::kAnyRecord:
      field.type = "google.protobuf.Any";
      field.options.push_back({"(xenapi.v1.record_of_class)", "true"});
      return field;
    default:
      break;
  }
  const Scalar* scalar = FindScalar(type.kind);
  if (scalar == nullptr || scalar->proto.empty()) return NoImage(type);
  field.type = std::string(scalar->proto);
  return field;
}

// What a list or map holds: a single value, or a wrapper for a plural one.
absl::StatusOr<SchemaField> ElementField(const Type& type) {
  if (!type.IsPlural()) return SingleField(type);
  const std::string word = SharedWord(type);
  if (word != "StringList" && word != "StringMap") return NoImage(type);
  SchemaField field;
  field.type = word;
  return field;
}

absl::StatusOr<std::string> KeyType(const Type& key, SchemaField* field) {
  switch (key.kind) {
    case TypeKind::kString:
      return "string";
    case TypeKind::kInt:
      return "int64";
    case TypeKind::kRef:
      field->options.push_back(TextOption("key_ref", key.name));
      return "string";
    case TypeKind::kEnum:
      field->options.push_back(TextOption("key_enum", EnumName(key.name)));
      return "string";
    default:
      return NoImage(key);
  }
}

absl::StatusOr<SchemaField> MapField(const Type& type) {
  absl::StatusOr<SchemaField> field = ElementField(type.args[1]);
  if (!field.ok()) return field;
  const absl::StatusOr<std::string> key = KeyType(type.args[0], &*field);
  if (!key.ok()) return key.status();
  field->type = absl::StrCat("map<", *key, ", ", field->type, ">");
  return field;
}

std::string MapWord(const Type& key, const Type& value) {
  if (key.Is(TypeKind::kRef) && value.Is(TypeKind::kRecord)) {
    return key.name == value.name ? RecordName(value.name) + "Records" : "";
  }
  if (!key.Is(TypeKind::kString) || value.IsPlural()) return "";
  const bool common = value.Is(TypeKind::kString) || value.Is(TypeKind::kRef) ||
                      value.Is(TypeKind::kEnum);
  return common ? SharedWord(value) + "Map" : "";
}

std::string SetWord(const Type& element) {
  const bool common = element.Is(TypeKind::kString) ||
                      element.Is(TypeKind::kInt) ||
                      element.Is(TypeKind::kRef) || element.Is(TypeKind::kEnum);
  return common ? SharedWord(element) + "List" : "";
}

// What a list or map holds, in the plural.
std::string DescribeMany(const Type& type) {
  switch (type.kind) {
    case TypeKind::kEnum:
      return absl::StrCat("values of ", type.name);
    case TypeKind::kSet:
      return absl::StrCat("sets of ", DescribeMany(type.args[0]));
    case TypeKind::kMap:
      return absl::StrCat("maps from ", DescribeMany(type.args[0]), " to ",
                          DescribeMany(type.args[1]));
    default:
      return DescribeType(type) + "s";
  }
}

}  // namespace

bool Type::HoldsEnum() const {
  if (Is(TypeKind::kEnum)) return true;
  if (Is(TypeKind::kMap)) return args[1].HoldsEnum();
  return !args.empty() && args[0].HoldsEnum();
}

absl::StatusOr<Type> ParseType(absl::string_view text) {
  if (absl::ConsumeSuffix(&text, " set")) {
    return ParseWrapped(TypeKind::kSet, text);
  }
  if (absl::ConsumeSuffix(&text, " option")) {
    return ParseWrapped(TypeKind::kOption, text);
  }
  if (absl::ConsumeSuffix(&text, ") map")) {
    return absl::ConsumePrefix(&text, "(") ? ParseMap(text) : BadType(text);
  }
  return ParsePrimary(text);
}

std::string DescribeType(const Type& type) {
  switch (type.kind) {
    case TypeKind::kEnum:
      return absl::StrCat("enum ", type.name);
    case TypeKind::kRef:
      return absl::StrCat(type.name, " reference");
    case TypeKind::kRecord:
      return absl::StrCat(type.name, " record");
    case TypeKind::kAnyRecord:
      return "record of the class named beside it";
    case TypeKind::kSet:
      return absl::StrCat("set of ", DescribeMany(type.args[0]));
    case TypeKind::kOption:
      return absl::StrCat("optional ", DescribeType(type.args[0]));
    case TypeKind::kMap:
      return absl::StrCat("map from ", DescribeMany(type.args[0]), " to ",
                          DescribeMany(type.args[1]));
    default:
      return std::string(FindScalar(type.kind)->name);
  }
}

std::string RecordName(absl::string_view class_or_struct) {
  // A class whose records look otherwise on the wire than the model says of
  // its fields has them described by a struct; the class is its only user.
  absl::ConsumeSuffix(&class_or_struct, "_on_wire");
  return CamelName(class_or_struct);
}

absl::StatusOr<SchemaField> FieldOfType(const Type& type) {
  if (type.Is(TypeKind::kMap)) return MapField(type);
  if (type.Is(TypeKind::kSet)) {
    absl::StatusOr<SchemaField> field = ElementField(type.args[0]);
    if (field.ok()) field->label = "repeated";
    return field;
  }
  if (type.Is(TypeKind::kOption)) {
    absl::StatusOr<SchemaField> field = SingleField(type.args[0]);
    const bool message = type.args[0].Is(TypeKind::kRecord) ||
                         type.args[0].Is(TypeKind::kAnyRecord) ||
                         type.args[0].Is(TypeKind::kDatetime);
    if (field.ok() && !message) field->label = "optional";
    return field;
  }
  return SingleField(type);
}

std::string SharedWord(const Type& type) {
  switch (type.kind) {
    case TypeKind::kEnum:
      return EnumName(type.name);
    case TypeKind::kRef:
      return "Ref";
    case TypeKind::kRecord:
      return RecordName(type.name) + "Record";
    case TypeKind::kSet:
      return SetWord(type.args[0]);
    case TypeKind::kMap:
      return MapWord(type.args[0], type.args[1]);
    case TypeKind::kOption:
    case TypeKind::kAnyRecord:
      return "";
    default:
      return std::string(FindScalar(type.kind)->word);
  }
}

bool IsCredential(const Type& type) { return RefClass(type) == "session"; }

std::string RefClass(const Type& type) {
  if (type.Is(TypeKind::kRef)) return type.name;
  if (type.Is(TypeKind::kMap)) return RefClass(type.args[1]);
  return type.args.empty() ? "" : RefClass(type.args[0]);
}

}  // namespace xapi_gateway::protogen
