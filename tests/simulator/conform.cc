#include "tests/simulator/plausible.h"

namespace xapi_gateway::simulator {
namespace {

const Field* FindField(const std::vector<Field>& fields,
                       const std::string& name) {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

void ConformRecord(const Model& model, const std::string& name,
                   Struct* members) {
  const Class* cls = model.FindClass(name);
  const std::vector<Field>* fields =
      cls ? &cls->fields : model.FindStruct(name);
  if (!fields) return;
  for (Member& member : *members) {
    const Field* field = FindField(*fields, member.name);
    if (!field) continue;
    // Only the counts of an event batch are tagged integers.
    bool counts = name == "event_batch" && member.name == "valid_ref_counts";
    member.value = Conform(model, field->type, std::move(member.value));
    if (!counts) continue;
    for (Member& count : *member.value.As<Struct>()) {
      count.value = TaggedInt{count.value.integer()};
    }
  }
}

}  // namespace

Value Conform(const Model& model, const Type& type, Value value) {
  if (type.kind == Type::Kind::kDateTime && value.As<std::string>()) {
    return DateTime{value.text()};
  }
  if (type.kind == Type::Kind::kFloat && value.As<int64_t>()) {
    return Value(static_cast<double>(value.integer()));
  }
  if (type.kind == Type::Kind::kOption && !value.is_null()) {
    return Conform(model, *type.element, std::move(value));
  }
  if (auto* items = value.As<Array>(); items && type.kind == Type::Kind::kSet) {
    for (Value& item : *items) {
      item = Conform(model, *type.element, std::move(item));
    }
  }
  if (auto* members = value.As<Struct>()) {
    if (type.kind == Type::Kind::kRecord) {
      ConformRecord(model, type.name, members);
    } else if (type.kind == Type::Kind::kMap) {
      for (Member& member : *members) {
        member.value = Conform(model, *type.element, std::move(member.value));
      }
    }
  }
  return value;
}

}  // namespace xapi_gateway::simulator
