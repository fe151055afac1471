#include "tests/simulator/plausible.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/generic.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

// Nesting of plausible records; a record of records of records ends here.
constexpr int kMaxDepth = 3;

Value ValueOf(const World& world, const Type& type, int depth);

Value RecordOf(const World& world, const std::string& name, int depth) {
  const Class* cls = world.model->FindClass(name);
  if (cls && !world.db->table(*cls).rows.empty()) {
    return world.db->Record(*cls, world.db->table(*cls).rows.begin()->second);
  }
  const std::vector<Field>* fields =
      cls ? &cls->fields : world.model->FindStruct(name);
  Struct record;
  if (!fields) return record;
  for (const Field& field : *fields) {
    if (field.internal_only || field.type.kind == Type::Kind::kOption) continue;
    record.push_back({field.name, ValueOf(world, field.type, depth + 1)});
  }
  return record;
}

Value RefOf(const World& world, const std::string& name) {
  const Class* cls = world.model->FindClass(name);
  if (!cls || world.db->table(*cls).rows.empty()) return Value(kNullRef);
  return Value(world.db->table(*cls).rows.begin()->first);
}

Value ValueOf(const World& world, const Type& type, int depth) {
  if (depth > kMaxDepth) return ZeroValue(type);
  switch (type.kind) {
    case Type::Kind::kRef:
      return RefOf(world, type.name);
    case Type::Kind::kRecord:
      return RecordOf(world, type.name, depth);
    case Type::Kind::kSet:
      return Array{ValueOf(world, *type.element, depth + 1)};
    case Type::Kind::kMap: {
      std::string key = DatabaseText(ValueOf(world, *type.key, depth + 1));
      if (key.empty()) key = "key";
      return Struct{{key, ValueOf(world, *type.element, depth + 1)}};
    }
    default:
      return ZeroValue(type);
  }
}

// The field of the message's class that a name such as set_tags is about.
int FieldAfter(const Message& message, absl::string_view prefix) {
  absl::string_view name = message.name;
  if (!absl::ConsumePrefix(&name, prefix)) return -1;
  return message.cls->FieldIndex(name);
}

bool IsFirstArgumentObject(const Message& message) {
  return !message.params.empty() &&
         message.params[0].type.kind == Type::Kind::kRef &&
         message.params[0].type.name == message.cls->name;
}

std::optional<Outcome> ChangeField(World& world, const Invocation& call) {
  const Message& message = *call.message;
  if (!IsFirstArgumentObject(message) || call.args.size() < 2) {
    return std::nullopt;
  }
  const Class& cls = *message.cls;
  int field = FieldAfter(message, "set_");
  if (field >= 0 && message.params.size() == 2) {
    world.db->SetField(cls, call.text(0), field, call.args[1]);
    return Void();
  }
  field = FieldAfter(message, "add_to_");
  if (field >= 0 && call.args.size() == 3) {
    return AddToField(world, cls, call.text(0), field, call.args[1],
                      &call.args[2]);
  }
  field = FieldAfter(message, "remove_from_");
  if (field >= 0) {
    return RemoveFromField(world, cls, call.text(0), field, call.args[1]);
  }
  return std::nullopt;
}

bool Makes(const Message& message) {
  return message.result.kind == Type::Kind::kRef &&
         message.result.name == message.cls->name &&
         (absl::StrContains(message.name, "create") ||
          absl::StrContains(message.name, "introduce"));
}

Outcome MakeObject(World& world, const Invocation& call) {
  Struct fields;
  for (size_t i = 0; i < call.args.size(); ++i) {
    int field = call.message->cls->FieldIndex(call.message->params[i].name);
    if (field < 0) continue;
    const Field& target = call.message->cls->fields[field];
    if (target.type.kind == call.message->params[i].type.kind) {
      fields.push_back({target.name, call.args[i]});
    }
  }
  std::string ref = world.Create(call.message->cls->name, std::move(fields));
  UpdateAllowedOperations(world, call.message->cls->name, ref);
  return Value(ref);
}

bool Removes(const Message& message) {
  return IsFirstArgumentObject(message) && message.params.size() == 1 &&
         (message.name == "destroy" || message.name == "forget" ||
          message.name == "db_forget" || message.name == "force_destroy");
}

}  // namespace

Value PlausibleValue(const World& world, const Type& type) {
  return ValueOf(world, type, 0);
}

Outcome PlausibleAnswer(World& world, const Invocation& call) {
  if (std::optional<Outcome> changed = ChangeField(world, call)) {
    return *std::move(changed);
  }
  if (Makes(*call.message)) return MakeObject(world, call);
  if (Removes(*call.message)) {
    world.db->Destroy(call.message->cls->name, call.text(0));
    return Void();
  }
  return PlausibleValue(world, call.message->result);
}

}  // namespace xapi_gateway::simulator
