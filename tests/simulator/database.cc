#include "tests/simulator/database.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

const Value& NullValue() {
  static const Value& null = *new Value;
  return null;
}

// The references a field holds, be it one or a set.
std::vector<std::string> RefsIn(const Value& value) {
  if (value.As<Array>()) return ToTexts(value);
  if (IsNullRef(value.text())) return {};
  return {value.text()};
}

bool Contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

Database::Database(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      tables_(model_->classes().size()),
      changed_classes_(model_->classes().size()) {
  for (const Class& cls : model_->classes()) tables_[cls.index].cls = &cls;
  for (const Relation& relation : model_->relations()) {
    relations_[{relation.class_a, relation.field_a}].push_back(&relation);
    relations_[{relation.class_b, relation.field_b}].push_back(&relation);
  }
}

Database::Database(const Database& other)
    : model_(other.model_),
      relations_(other.relations_),
      tables_(other.tables_),
      generation_(other.generation_),
      changed_classes_(other.changed_classes_),
      changed_(other.changed_) {
  for (Table& table : tables_) {
    table.by_change.clear();
    for (auto& [ref, row] : table.rows) {
      table.by_change.insert({row.modified, &row});
    }
  }
}

const Class& Database::cls(absl::string_view name) const {
  return *model_->FindClass(name);
}

const Table& Database::table(absl::string_view name) const {
  return tables_[cls(name).index];
}

const Row* Database::Find(const Class& cls, absl::string_view ref) const {
  const auto& rows = tables_[cls.index].rows;
  auto found = rows.find(ref);
  return found == rows.end() ? nullptr : &found->second;
}

const Row* Database::Find(absl::string_view name, absl::string_view ref) const {
  return Find(cls(name), ref);
}

Row* Database::FindMutable(const Class& cls, absl::string_view ref) {
  return const_cast<Row*>(Find(cls, ref));
}

const Value& Database::Get(absl::string_view name, absl::string_view ref,
                           absl::string_view field) const {
  const Class& c = cls(name);
  const Row* row = Find(c, ref);
  int index = c.FieldIndex(field);
  return row && index >= 0 ? row->fields[index] : NullValue();
}

void Database::Bump(Table& table, Row& row) {
  table.by_change.erase({row.modified, &row});
  row.modified = ++generation_;
  table.by_change.insert({row.modified, &row});
  changed_classes_[table.cls->index] = true;
  changed_ = true;
}

void Database::Create(const Class& cls, const std::string& ref,
                      const Struct& fields) {
  Table& table = mutable_table(cls);
  Row& row = table.rows[ref];
  row.ref = ref;
  row.fields.reserve(cls.fields.size());
  for (const Field& field : cls.fields) {
    const Value* given = simulator::Find(fields, field.name);
    row.fields.push_back(given            ? *given
                         : field.fallback ? *field.fallback
                                          : ZeroValue(field.type));
  }
  Bump(table, row);
  row.created = row.modified;
  int uuid = cls.FieldIndex("uuid");
  if (uuid >= 0) table.by_uuid[row.fields[uuid].text()] = ref;
  for (size_t i = 0; i < row.fields.size(); ++i) {
    MirrorChange(cls, static_cast<int>(i), ref, NullValue(), row.fields[i]);
  }
}

void Database::Set(absl::string_view name, absl::string_view ref,
                   absl::string_view field, Value value) {
  const Class& c = cls(name);
  int index = c.FieldIndex(field);
  if (index >= 0) SetField(c, ref, index, std::move(value));
}

void Database::SetField(const Class& cls, absl::string_view ref, int field,
                        Value value) {
  Row* row = FindMutable(cls, ref);
  if (!row || row->fields[field] == value) return;
  Value before = std::exchange(row->fields[field], std::move(value));
  Bump(mutable_table(cls), *row);
  MirrorChange(cls, field, row->ref, before, row->fields[field]);
}

void Database::Touch(const Class& cls, absl::string_view ref) {
  Row* row = FindMutable(cls, ref);
  if (row) Bump(mutable_table(cls), *row);
}

void Database::MirrorChange(const Class& cls, int field, const std::string& ref,
                            const Value& before, const Value& after) {
  auto found = relations_.find({cls.index, field});
  if (found == relations_.end()) return;
  // The value may move when the mirror is written into the same table.
  Value old_value = before, new_value = after;
  for (const Relation* relation : found->second) {
    bool from_a = relation->class_a == cls.index && relation->field_a == field;
    if (!from_a && !relation->many_to_many) continue;  // b follows a only
    int other_class = from_a ? relation->class_b : relation->class_a;
    int other_field = from_a ? relation->field_b : relation->field_a;
    std::vector<std::string> gone = RefsIn(old_value);
    std::vector<std::string> here = RefsIn(new_value);
    for (const std::string& target : gone) {
      if (!Contains(here, target)) {
        RemoveFrom(other_class, other_field, target, ref);
      }
    }
    for (const std::string& target : here) {
      if (!Contains(gone, target)) AddTo(other_class, other_field, target, ref);
    }
  }
}

void Database::AddTo(int cls, int field, const std::string& target,
                     const std::string& ref) {
  Row* row = FindMutable(model_->classes()[cls], target);
  if (!row) return;
  auto* items = row->fields[field].As<Array>();
  if (!items ||
      std::find(items->begin(), items->end(), Value(ref)) != items->end()) {
    return;
  }
  items->push_back(Value(ref));
  Bump(tables_[cls], *row);
}

void Database::RemoveFrom(int cls, int field, const std::string& target,
                          const std::string& ref) {
  Row* row = FindMutable(model_->classes()[cls], target);
  if (!row) return;
  auto* items = row->fields[field].As<Array>();
  if (items && std::erase(*items, Value(ref)) > 0) Bump(tables_[cls], *row);
}

// Objects that point here from a relation point nowhere from now on.
void Database::Detach(const Class& cls, const Row& row) {
  for (const Relation& relation : model_->relations()) {
    if (relation.class_b != cls.index || relation.many_to_many) continue;
    const Class& other = model_->classes()[relation.class_a];
    for (const std::string& ref : RefsIn(Value(row.fields[relation.field_b]))) {
      SetField(other, ref, relation.field_a, Value(kNullRef));
    }
  }
}

void Database::Destroy(absl::string_view name, absl::string_view ref) {
  const Class& c = cls(name);
  Table& table = mutable_table(c);
  auto found = table.rows.find(ref);
  if (found == table.rows.end()) return;
  Row& row = found->second;
  Detach(c, row);
  for (size_t i = 0; i < row.fields.size(); ++i) {
    MirrorChange(c, static_cast<int>(i), row.ref, row.fields[i], NullValue());
  }
  Bump(table, row);
  table.deletions.push_back(
      {row.ref, row.created, row.modified, Record(c, row)});
  if (table.deletions.size() > kMaxDeletions) {
    table.deletions.erase(table.deletions.begin(),
                          table.deletions.end() - kKeptDeletions);
  }
  table.by_change.erase({row.modified, &row});
  int uuid = c.FieldIndex("uuid");
  if (uuid >= 0) table.by_uuid.erase(row.fields[uuid].text());
  table.rows.erase(found);
}

Struct Database::Record(const Class& cls, const Row& row) const {
  Struct record;
  record.reserve(cls.fields.size());
  for (size_t i = 0; i < cls.fields.size(); ++i) {
    if (cls.fields[i].internal_only) continue;
    record.push_back({cls.fields[i].name, row.fields[i]});
  }
  return record;
}

std::vector<std::string> Database::Refs(absl::string_view name) const {
  std::vector<std::string> refs;
  for (const auto& [ref, row] : table(name).rows) refs.push_back(ref);
  return refs;
}

void Database::Reload() {
  ++generation_;
  for (Table& table : tables_) {
    table.deletions.clear();
    // Messages are files of the coordinator, so they outlive its process.
    if (!table.cls->persistent && table.cls->name != "message") {
      table.rows.clear();
      table.by_uuid.clear();
    }
    table.by_change.clear();
    for (auto& [ref, row] : table.rows) {
      row.created = row.modified = generation_;
      table.by_change.insert({generation_, &row});
      changed_classes_[table.cls->index] = true;
    }
  }
  changed_ = true;
}

std::vector<bool> Database::TakeChanged() {
  std::vector<bool> taken(changed_classes_.size());
  taken.swap(changed_classes_);
  changed_ = false;
  return taken;
}

}  // namespace xapi_gateway::simulator
