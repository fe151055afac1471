// Record messages.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/generator/context.h"
#include "proto/generator/naming.h"
#include "proto/generator/types.h"

namespace xapi_gateway::protogen {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string ConstructorPart(const ModelClass& klass, const std::string& field) {
  if (!HasConstructor(klass)) return "";
  if (Contains(klass.constructor_required, field))
    return "CONSTRUCTOR_REQUIRED";
  if (Contains(klass.constructor_optional, field))
    return "CONSTRUCTOR_OPTIONAL";
  return "";
}

bool IsZero(const std::string& json) {
  return json == "0" || json == "0.0" || json == "false" || json == "\"\"" ||
         json == "\"OpaqueRef:NULL\"";
}

// Whether unset and zero differ: the server would put another value in the
// place of an unset one.
bool NeedsPresence(const ModelField& field, absl::string_view part,
                   const SchemaField& image) {
  const bool scalar =
      image.label.empty() && (image.type == "string" || image.type == "int64" ||
                              image.type == "double" || image.type == "bool");
  return scalar && part == "CONSTRUCTOR_OPTIONAL" &&
         field.default_json.has_value() && !IsZero(*field.default_json);
}

absl::StatusOr<SchemaField> MakeField(absl::string_view owner,
                                      const ModelField& field,
                                      const std::string& part,
                                      const Notes& notes) {
  const absl::StatusOr<Type> type = ParseType(field.type);
  if (!type.ok()) return type.status();
  absl::StatusOr<SchemaField> image = FieldOfType(*type);
  if (!image.ok()) return image;
  const std::string key = absl::StrCat(owner, ":", field.name);
  image->name = SnakeName(field.name);
  image->comment = notes.prose.Before(key, FieldFacts(field));
  if (NeedsPresence(field, part, *image)) image->label = "optional";
  auto add = [&image](const char* name, std::string value) {
    image->options.push_back({name, std::move(value)});
  };
  if (image->name != field.name) add("(xenapi.v1.name)", Quote(field.name));
  if (!part.empty()) add("(xenapi.v1.constructor)", part);
  if (field.secret || IsCredential(*type) || notes.secrets.count(key) > 0) {
    add("(xenapi.v1.secret)", "true");
  }
  if (field.lifecycle.IsDeprecated()) add("deprecated", "true");
  return image;
}

// The file of the class whose name a struct's begins with.
std::string StructStem(const Model& model, absl::string_view name) {
  for (const ModelClass& klass : model.classes) {
    if (absl::StartsWith(name, klass.name + "_")) return SnakeName(klass.name);
  }
  return kCommonStem;
}

}  // namespace

absl::Status BuildRecord(const ModelClass& klass, BuildContext* context) {
  SchemaMessage record;
  record.name = RecordName(klass.name);
  record.comment = RecordFacts(klass);
  record.options.push_back({"(xenapi.v1.record)", Quote(klass.name)});
  if (klass.lifecycle.IsDeprecated()) {
    record.options.push_back({"deprecated", "true"});
  }
  for (const ModelField& field : RecordFields(context->model, klass)) {
    if (!IsOnWire(field)) continue;
    absl::StatusOr<SchemaField> image = MakeField(
        klass.name, field, ConstructorPart(klass, field.name), context->notes);
    if (!image.ok()) return image.status();
    record.fields.push_back(*std::move(image));
  }
  if (record.fields.empty()) return absl::OkStatus();
  record.fields.push_back(UnrecognizedField("the record"));
  return context->AddMessage(SnakeName(klass.name), std::move(record));
}

absl::Status BuildStructs(BuildContext* context) {
  for (const ModelStruct& source : context->model.structs) {
    // It describes the records of a class, which has a message already.
    if (absl::EndsWith(source.name, "_on_wire")) continue;
    SchemaMessage record;
    record.name = RecordName(source.name);
    record.comment = absl::StrCat("The structure `", source.name, "`.");
    record.options.push_back({"(xenapi.v1.record)", Quote(source.name)});
    for (const ModelField& field : source.fields) {
      absl::StatusOr<SchemaField> image =
          MakeField(source.name, field, "", context->notes);
      if (!image.ok()) return image.status();
      record.fields.push_back(*std::move(image));
    }
    record.fields.push_back(UnrecognizedField("the structure"));
    const absl::Status status = context->AddMessage(
        StructStem(context->model, source.name), std::move(record));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status BuildWrappers(BuildContext* context) {
  SchemaMessage list;
  list.name = "StringList";
  list.comment = "A set of strings that is a member of a list or map.";
  list.fields = {{"The members.", "repeated", "string", "values"}};
  SchemaMessage map;
  map.name = "StringMap";
  map.comment = "A map of strings that is a member of a list or map.";
  map.fields = {{"The entries.", "", "map<string, string>", "values"}};
  const absl::Status status = context->AddMessage(kCommonStem, std::move(list));
  if (!status.ok()) return status;
  return context->AddMessage(kCommonStem, std::move(map));
}

absl::Status BuildTaskProgress(BuildContext* context) {
  SchemaMessage progress;
  progress.name = "TaskProgress";
  progress.comment = "How far the task of a call has come.";
  progress.fields = {
      {"The reference of the task, by which it can be watched again or "
       "cancelled.",
       "",
       "string",
       "task",
       0,
       {{"(xenapi.v1.ref)", "\"task\""}}},
      {"The uuid of the task.", "", "string", "uuid"},
      {"How much is done, from 0 to 1.", "", "double", "progress"},
      {"Where the task stands.", "", EnumName("task_status_type"), "status"},
      {"The method that the task carries out.", "", "string", "name_label"}};
  return context->AddMessage(kCommonStem, std::move(progress));
}

}  // namespace xapi_gateway::protogen
