#include "proto/generator/context.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace xapi_gateway::protogen {
namespace {

bool SameFields(const SchemaMessage& a, const SchemaMessage& b) {
  return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(),
                    b.fields.end(),
                    [](const SchemaField& x, const SchemaField& y) {
                      return x.name == y.name && x.TypeText() == y.TypeText();
                    });
}

absl::Status NameTaken(const SchemaMessage& message) {
  return absl::AlreadyExistsError(
      absl::StrCat("two messages want to be named ", message.name));
}

}  // namespace

SchemaFile* BuildContext::File(absl::string_view stem) {
  for (SchemaFile& file : schema_.files) {
    if (file.stem == stem) return &file;
  }
  schema_.files.push_back({std::string(stem)});
  return &schema_.files.back();
}

absl::Status BuildContext::AddMessage(absl::string_view stem,
                                      SchemaMessage message) {
  if (!messages_.emplace(message.name, message).second) {
    return NameTaken(message);
  }
  File(stem)->messages.push_back(std::move(message));
  return absl::OkStatus();
}

absl::Status BuildContext::AddShared(absl::string_view stem,
                                     SchemaMessage message) {
  const auto known = messages_.find(message.name);
  if (known == messages_.end()) return AddMessage(stem, std::move(message));
  return SameFields(known->second, message) ? absl::OkStatus()
                                            : NameTaken(message);
}

bool HasConstructor(const ModelClass& klass) {
  return std::any_of(klass.messages.begin(), klass.messages.end(),
                     [](const ModelMessage& message) {
                       return message.kind == "create" && IsPublic(message);
                     });
}

const std::vector<ModelField>& RecordFields(const Model& model,
                                            const ModelClass& klass) {
  const ModelStruct* on_wire =
      model.FindStruct(absl::StrCat(klass.name, "_on_wire"));
  return on_wire != nullptr ? on_wire->fields : klass.fields;
}

SchemaField UnrecognizedField(absl::string_view what) {
  SchemaField field;
  field.comment = absl::StrCat(
      "What ", what,
      " holds beyond this schema: JSON text by the name on the wire.");
  field.type = "map<string, string>";
  field.name = std::string(kUnrecognizedField);
  field.number = kUnrecognizedNumber;
  return field;
}

std::string Quote(absl::string_view text) {
  // JSON text reads better in single quotes than with each of its own escaped.
  const bool single =
      absl::StrContains(text, '"') && !absl::StrContains(text, '\'');
  if (single && !absl::StrContains(text, '\\')) {
    return absl::StrCat("'", text, "'");
  }
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
}

}  // namespace xapi_gateway::protogen
