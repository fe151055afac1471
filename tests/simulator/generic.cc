#include "tests/simulator/generic.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/filter.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

Error HandleInvalid(const Class& cls, const std::string& ref) {
  return Error{{"HANDLE_INVALID", cls.name, ref}};
}

bool HasXmlTexts(const Value& value) {
  if (const auto* s = value.As<std::string>()) return IsXmlText(*s);
  for (const Value& item : value.array()) {
    if (!HasXmlTexts(item)) return false;
  }
  for (const Member& member : value.members()) {
    if (!IsXmlText(member.name) || !HasXmlTexts(member.value)) return false;
  }
  return true;
}

// Everything from the first character that XML cannot carry on is lost.
void Truncate(Value* value) {
  if (auto* text = value->As<std::string>()) {
    while (!IsXmlText(*text)) text->pop_back();
  }
  if (auto* items = value->As<Array>()) {
    for (Value& item : *items) Truncate(&item);
  }
  if (auto* members = value->As<Struct>()) {
    for (Member& member : *members) Truncate(&member.value);
  }
}

Outcome GetField(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  const Row* row = world.db->Find(cls, call.text(0));
  if (!row) return HandleInvalid(cls, call.text(0));
  return row->fields[call.message->field];
}

Outcome SetField(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  if (!world.db->Find(cls, call.text(0))) {
    return HandleInvalid(cls, call.text(0));
  }
  if (!HasXmlTexts(call.args[1])) return InternalError("Db_exn.Invalid_value");
  world.db->SetField(cls, call.text(0), call.message->field, call.args[1]);
  return Void();
}

Outcome AddField(World& world, const Invocation& call) {
  const Value* value = call.args.size() > 2 ? &call.args[2] : nullptr;
  return AddToField(world, *call.message->cls, call.text(0),
                    call.message->field, call.args[1], value);
}

Outcome RemoveField(World& world, const Invocation& call) {
  return RemoveFromField(world, *call.message->cls, call.text(0),
                         call.message->field, call.args[1]);
}

// The constructor's struct decoded field by field; missing ones defaulted.
Result<Struct> DecodeConstructor(const Class& cls, const Struct& given) {
  Struct fields;
  for (const Field& field : cls.fields) {
    if (!field.constructor || field.internal_only) continue;
    const Value* value = Find(given, field.name);
    if (!value) {
      if (field.fallback) continue;
      return InternalError(absl::StrCat(
          "Server_helpers.Dispatcher_FieldNotFound(\"", field.name, "\")"));
    }
    Outcome decoded = Decode(field.type, *value);
    if (!decoded.ok()) return decoded.error();
    Truncate(&*decoded);
    fields.push_back({field.name, *std::move(decoded)});
  }
  return fields;
}

Outcome Construct(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  Result<Struct> fields = DecodeConstructor(cls, call.args[0].members());
  if (!fields.ok()) return fields.error();
  for (const Member& member : *fields) {
    const Field& field = cls.fields[cls.FieldIndex(member.name)];
    if (field.type.kind != Type::Kind::kRef || field.ignore_foreign_key ||
        IsNullRef(member.value.text())) {
      continue;
    }
    const Class* target = world.model->FindClass(field.type.name);
    if (target && !world.db->Find(*target, member.value.text())) {
      return HandleInvalid(*target, member.value.text());
    }
  }
  std::string ref = world.Create(cls.name, *std::move(fields));
  UpdateAllowedOperations(world, cls.name, ref);
  return Value(ref);
}

Outcome Destruct(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  if (!world.db->Find(cls, call.text(0))) {
    return HandleInvalid(cls, call.text(0));
  }
  world.db->Destroy(cls.name, call.text(0));
  return Void();
}

Outcome GetByUuid(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  const auto& by_uuid = world.db->table(cls).by_uuid;
  auto found = by_uuid.find(call.text(0));
  if (found == by_uuid.end()) {
    return Error{{"UUID_INVALID", cls.name, call.text(0)}};
  }
  return Value(found->second);
}

Outcome GetByNameLabel(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  int field = cls.FieldIndex("name_label");
  Array refs;
  for (const auto& [ref, row] : world.db->table(cls).rows) {
    if (field >= 0 && row.fields[field] == call.args[0]) refs.push_back(ref);
  }
  return Value(std::move(refs));
}

Outcome GetRecord(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  const Row* row = world.db->Find(cls, call.text(0));
  if (!row) return HandleInvalid(cls, call.text(0));
  return Value(world.db->Record(cls, *row));
}

Outcome GetAll(World& world, const Invocation& call) {
  return Value(ToArray(world.db->Refs(call.message->cls->name)));
}

Outcome GetAllRecords(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  Struct records;
  for (const auto& [ref, row] : world.db->table(cls).rows) {
    records.push_back({ref, world.db->Record(cls, row)});
  }
  return Value(std::move(records));
}

Result<std::vector<const Row*>> Select(World& world, const Invocation& call) {
  const Class& cls = *call.message->cls;
  Result<Filter> filter = Filter::Parse(call.text(0));
  if (!filter.ok()) return filter.error();
  std::vector<const Row*> rows;
  for (const auto& [ref, row] : world.db->table(cls).rows) {
    Result<bool> match = filter->Matches(cls, row);
    if (!match.ok()) return match.error();
    if (*match) rows.push_back(&row);
  }
  return rows;
}

Outcome GetAllWhere(World& world, const Invocation& call) {
  Result<std::vector<const Row*>> rows = Select(world, call);
  if (!rows.ok()) return rows.error();
  Array refs;
  for (const Row* row : *rows) refs.push_back(row->ref);
  return Value(std::move(refs));
}

Outcome GetAllRecordsWhere(World& world, const Invocation& call) {
  Result<std::vector<const Row*>> rows = Select(world, call);
  if (!rows.ok()) return rows.error();
  Struct records;
  for (const Row* row : *rows) {
    records.push_back({row->ref, world.db->Record(*call.message->cls, *row)});
  }
  return Value(std::move(records));
}

Outcome NotGeneric(World&, const Invocation& call) {
  return InternalError(call.message->full_name + " has no generic form");
}

// In the order of MessageKind.
using Handler = Outcome (*)(World&, const Invocation&);
constexpr Handler kHandlers[] = {
    NotGeneric, GetField,    SetField,           AddField,       RemoveField,
    Construct,  Destruct,    GetByUuid,          GetByNameLabel, GetRecord,
    GetAll,     GetAllWhere, GetAllRecordsWhere, GetAllRecords};

}  // namespace

Outcome RunGeneric(World& world, const Invocation& call) {
  return RunGenericAs(call.message->kind, world, call);
}

Outcome RunGenericAs(MessageKind kind, World& world, const Invocation& call) {
  return kHandlers[static_cast<int>(kind)](world, call);
}

bool IsXmlText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  });
}

Outcome AddToField(World& world, const Class& cls, const std::string& ref,
                   int field, const Value& key, const Value* value) {
  const Row* row = world.db->Find(cls, ref);
  if (!row) return HandleInvalid(cls, ref);
  Value changed = row->fields[field];
  if (auto* members = changed.As<Struct>()) {
    if (key.text().empty()) return InternalError("Db_exn.Empty_key_in_map");
    if (Find(*members, key.text())) {
      return Error{{"MAP_DUPLICATE_KEY", cls.name, cls.fields[field].name, ref,
                    key.text()}};
    }
    members->push_back({key.text(), value ? *value : Value("")});
    Truncate(&members->back().value);
  } else if (auto* items = changed.As<Array>()) {
    if (std::find(items->begin(), items->end(), key) != items->end()) {
      return Void();
    }
    items->push_back(key);
  }
  world.db->SetField(cls, ref, field, std::move(changed));
  return Void();
}

Outcome RemoveFromField(World& world, const Class& cls, const std::string& ref,
                        int field, const Value& key) {
  const Row* row = world.db->Find(cls, ref);
  if (!row) return HandleInvalid(cls, ref);
  Value changed = row->fields[field];
  if (auto* members = changed.As<Struct>()) {
    std::erase_if(*members,
                  [&](const Member& m) { return m.name == key.text(); });
  } else if (auto* items = changed.As<Array>()) {
    std::erase(*items, key);
  }
  world.db->SetField(cls, ref, field, std::move(changed));
  return Void();
}

}  // namespace xapi_gateway::simulator
