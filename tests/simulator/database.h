// The pool's database: a table per class, a generation that grows with every
// write, relations kept on both sides, and the memory of recent deletions that
// events are made from. Not thread-safe: the pool's one thread owns it.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_DATABASE_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_DATABASE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/simulator/model.h"
#include "tests/simulator/result.h"

namespace xapi_gateway::simulator {

// The real server remembers deletions of a class up to the larger number, then
// drops the oldest down to the smaller one.
inline constexpr size_t kMaxDeletions = 511;
inline constexpr size_t kKeptDeletions = 256;

struct Row {
  std::string ref;
  int64_t created = 0;        // generation
  int64_t modified = 0;       // generation
  std::vector<Value> fields;  // in the order of the class
};

struct Deletion {
  std::string ref;
  int64_t created = 0;
  int64_t deleted = 0;
  Struct record;  // as it last was
};

struct Table {
  const Class* cls = nullptr;
  std::map<std::string, Row, std::less<>> rows;  // by reference
  // By generation of the last change, so that what is newer than a token is
  // found without a scan.
  std::set<std::pair<int64_t, const Row*>> by_change;
  std::deque<Deletion> deletions;  // oldest first
  // uuid field -> reference.
  std::map<std::string, std::string, std::less<>> by_uuid;
};

class Database {
 public:
  explicit Database(std::shared_ptr<const Model> model);
  // A copy shares nothing with the original.
  Database(const Database& other);
  Database& operator=(const Database&) = delete;

  const Model& model() const { return *model_; }
  int64_t generation() const { return generation_; }
  void set_generation(int64_t generation) { generation_ = generation; }

  const Table& table(const Class& cls) const { return tables_[cls.index]; }
  const Table& table(absl::string_view cls) const;
  const Class& cls(absl::string_view name) const;

  // nullptr when there is no such object.
  const Row* Find(const Class& cls, absl::string_view ref) const;
  const Row* Find(absl::string_view cls, absl::string_view ref) const;
  bool Has(absl::string_view cls, absl::string_view ref) const {
    return Find(cls, ref) != nullptr;
  }
  // The field of an object; a null value when either does not exist.
  const Value& Get(absl::string_view cls, absl::string_view ref,
                   absl::string_view field) const;

  // All fields not given take the class's default. A uuid is given by the
  // caller. The reference must be new.
  void Create(const Class& cls, const std::string& ref, const Struct& fields);
  // No-ops when the object does not exist. Writing an equal value changes
  // nothing and makes no event.
  void Set(absl::string_view cls, absl::string_view ref,
           absl::string_view field, Value value);
  void SetField(const Class& cls, absl::string_view ref, int field,
                Value value);
  void Destroy(absl::string_view cls, absl::string_view ref);
  // Marks the object as changed without changing it.
  void Touch(const Class& cls, absl::string_view ref);

  // The record as get_record shows it: internal-only fields left out.
  Struct Record(const Class& cls, const Row& row) const;
  std::vector<std::string> Refs(absl::string_view cls) const;

  // What loading a saved database does: rows of non-persistent classes and all
  // deletions are gone, every row looks created and changed just now.
  void Reload();

  // One bit per class changed since the last call, by Class::index.
  std::vector<bool> TakeChanged();
  bool changed() const { return changed_; }

 private:
  Table& mutable_table(const Class& cls) { return tables_[cls.index]; }
  Row* FindMutable(const Class& cls, absl::string_view ref);
  void Bump(Table& table, Row& row);
  void MirrorChange(const Class& cls, int field, const std::string& ref,
                    const Value& before, const Value& after);
  void Mirror(const Relation& relation, const std::string& ref,
              const Value& before, const Value& after);
  void AddTo(int cls, int field, const std::string& target,
             const std::string& ref);
  void RemoveFrom(int cls, int field, const std::string& target,
                  const std::string& ref);
  void Detach(const Class& cls, const Row& row);

  std::shared_ptr<const Model> model_;
  // Relations by class index and field index, from either side.
  std::map<std::pair<int, int>, std::vector<const Relation*>> relations_;
  std::vector<Table> tables_;
  int64_t generation_ = 1;
  std::vector<bool> changed_classes_;
  bool changed_ = false;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_DATABASE_H_
