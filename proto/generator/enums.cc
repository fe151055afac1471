// Enums, and the files they live in.
#include <set>

#include "absl/strings/str_cat.h"
#include "proto/generator/context.h"
#include "proto/generator/naming.h"
#include "proto/generator/types.h"

namespace xapi_gateway::protogen {
namespace {

using Users = std::map<std::string, std::set<std::string>>;

void NoteUse(const Type& type, const std::string& stem, Users* users) {
  if (type.Is(TypeKind::kEnum)) (*users)[type.name].insert(stem);
  for (const Type& arg : type.args) NoteUse(arg, stem, users);
}

absl::Status NoteUse(absl::string_view text, const std::string& stem,
                     Users* users) {
  const absl::StatusOr<Type> type = ParseType(text);
  if (!type.ok()) return type.status();
  NoteUse(*type, stem, users);
  return absl::OkStatus();
}

// All types of the class that are on the wire and public.
std::vector<std::string> TypesOf(const Model& model, const ModelClass& klass) {
  std::vector<std::string> types;
  for (const ModelField& field : RecordFields(model, klass)) {
    if (IsOnWire(field)) types.push_back(field.type);
  }
  for (const ModelMessage& message : klass.messages) {
    if (!IsPublic(message)) continue;
    types.push_back(message.result);
    for (const ModelParam& param : message.params) types.push_back(param.type);
  }
  return types;
}

std::string Home(const std::string& name, const std::set<std::string>& users,
                 const Lock& lock) {
  const auto locked = lock.enum_homes.find(EnumName(name));
  if (locked != lock.enum_homes.end()) return locked->second;
  return users.size() == 1 ? *users.begin() : kCommonStem;
}

SchemaEnum MakeEnum(const ModelEnum& source, const Prose& prose) {
  SchemaEnum result;
  result.comment = prose.Before(source.name, EnumFacts(source));
  result.name = EnumName(source.name);
  result.zero_name = EnumZeroName(source.name);
  for (const std::string& value : source.values) {
    result.values.push_back({prose.Before(absl::StrCat(source.name, ".", value),
                                          absl::StrCat("`", value, "`.")),
                             EnumValueName(source.name, value), value});
  }
  return result;
}

}  // namespace

absl::Status PlaceEnums(BuildContext* context) {
  // The progress of tasks, which is common to all, tells their status.
  Users users = {{"task_status_type", {kCommonStem}}};
  for (const ModelClass& klass : context->model.classes) {
    for (const std::string& type : TypesOf(context->model, klass)) {
      const absl::Status status = NoteUse(type, SnakeName(klass.name), &users);
      if (!status.ok()) return status;
    }
  }
  for (const auto& [name, stems] : users) {
    context->enum_homes[name] = Home(name, stems, context->lock);
  }
  return absl::OkStatus();
}

absl::Status BuildEnums(BuildContext* context) {
  for (const ModelEnum& source : context->model.enums) {
    const auto home = context->enum_homes.find(source.name);
    if (home == context->enum_homes.end()) continue;
    context->File(home->second)
        ->enums.push_back(MakeEnum(source, context->notes.prose));
  }
  return absl::OkStatus();
}

}  // namespace xapi_gateway::protogen
