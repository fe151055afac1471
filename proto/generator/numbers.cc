#include "proto/generator/numbers.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::protogen {
namespace {

// Whether clients of one type understand the other: the same type, or the same
// one with explicit presence, which has the same bytes.
bool Compatible(absl::string_view a, absl::string_view b) {
  absl::ConsumePrefix(&a, "optional ");
  absl::ConsumePrefix(&b, "optional ");
  return a == b;
}

// Protobuf keeps these field numbers for itself.
constexpr int kFirstProtobufNumber = 19000;
constexpr int kLastProtobufNumber = 19999;

int NextNumber(const LockedNumbers& numbers) {
  int last = 0;
  for (const LockedNumber& number : numbers) {
    if (number.number != kUnrecognizedNumber) {
      last = std::max(last, number.number);
    }
  }
  int next = last + 1;
  if (next == kUnrecognizedNumber) ++next;
  if (next == kFirstProtobufNumber) next = kLastProtobufNumber + 1;
  return next;
}

LockedNumber* FindKnown(absl::string_view name, absl::string_view what,
                        LockedNumbers* numbers) {
  for (LockedNumber& number : *numbers) {
    if (number.name == name && Compatible(number.what, what)) return &number;
  }
  return nullptr;
}

// The number of an element, known or new; marks it as live.
int GiveNumber(const std::string& name, const std::string& what, int fixed,
               LockedNumbers* numbers) {
  if (LockedNumber* known = FindKnown(name, what, numbers)) {
    known->live = true;
    known->what = what;
    return known->number;
  }
  const int number = fixed != 0 ? fixed : NextNumber(*numbers);
  numbers->push_back({name, number, what});
  return number;
}

// Until it is seen in the schema, everything counts as removed.
void MarkAllRemoved(Lock* lock) {
  for (auto* all : {&lock->messages, &lock->enums}) {
    for (auto& [owner, numbers] : *all) {
      for (LockedNumber& number : numbers) number.live = false;
    }
  }
  for (auto& [method, rpc] : lock->rpcs) rpc.live = false;
}

// The numbers of `numbers` that are not live, and their names unless a live
// element took the name over.
void ListReserved(const LockedNumbers& numbers, std::vector<int>* reserved,
                  std::vector<std::string>* names) {
  std::set<std::string> live;
  for (const LockedNumber& number : numbers) {
    if (number.live) live.insert(number.name);
  }
  std::set<std::string> dead;
  for (const LockedNumber& number : numbers) {
    if (number.live) continue;
    reserved->push_back(number.number);
    if (live.count(number.name) == 0) dead.insert(number.name);
  }
  std::sort(reserved->begin(), reserved->end());
  names->assign(dead.begin(), dead.end());
}

absl::Status NumberMessage(SchemaMessage* message, LockedNumbers* numbers) {
  for (SchemaField& field : message->fields) {
    const int fixed = field.number;
    field.number = GiveNumber(field.name, field.TypeText(), fixed, numbers);
    if (fixed != 0 && field.number != fixed) {
      return absl::FailedPreconditionError(
          absl::StrCat(message->name, ".", field.name, " must have number ",
                       fixed, " but the lock says ", field.number));
    }
  }
  ListReserved(*numbers, &message->reserved_numbers, &message->reserved_names);
  return absl::OkStatus();
}

void NumberEnum(SchemaEnum* enumeration, LockedNumbers* numbers) {
  for (SchemaEnumValue& value : enumeration->values) {
    value.number = GiveNumber(value.name, value.text, 0, numbers);
  }
  ListReserved(*numbers, &enumeration->reserved_numbers,
               &enumeration->reserved_names);
}

absl::Status NumberFile(SchemaFile* file, Lock* lock) {
  for (SchemaMessage& message : file->messages) {
    const absl::Status status =
        NumberMessage(&message, &lock->messages[message.name]);
    if (!status.ok()) return status;
  }
  for (SchemaEnum& enumeration : file->enums) {
    NumberEnum(&enumeration, &lock->enums[enumeration.name]);
    lock->enum_homes[enumeration.name] = file->stem;
  }
  for (const SchemaService& service : file->services) {
    for (const SchemaRpc& rpc : service.rpcs) {
      lock->rpcs[rpc.method] = {absl::StrCat(service.name, ".", rpc.name),
                                rpc.request, rpc.response};
    }
  }
  return absl::OkStatus();
}

void CompareNumbers(const std::map<std::string, LockedNumbers>& released,
                    const std::map<std::string, LockedNumbers>& all,
                    std::vector<std::string>* changes) {
  for (const auto& [owner, numbers] : released) {
    const auto found = all.find(owner);
    for (const LockedNumber& number : numbers) {
      const bool kept = found != all.end() &&
                        std::any_of(found->second.begin(), found->second.end(),
                                    [&number](const LockedNumber& now) {
                                      return now.number == number.number &&
                                             now.name == number.name &&
                                             Compatible(now.what, number.what);
                                    });
      if (!kept) {
        changes->push_back(absl::StrCat(owner, ".", number.name, " = ",
                                        number.number, " (", number.what,
                                        ") is neither served nor reserved"));
      }
    }
  }
}

void CompareRpcs(const Lock& released, const Lock& lock,
                 std::vector<std::string>* changes) {
  for (const auto& [method, rpc] : released.rpcs) {
    if (!rpc.live) continue;
    const auto found = lock.rpcs.find(method);
    if (found == lock.rpcs.end() || !found->second.live) {
      changes->push_back(absl::StrCat(method, " is no longer served"));
      continue;
    }
    const LockedRpc& now = found->second;
    if (now.name != rpc.name) {
      changes->push_back(
          absl::StrCat(method, " is no longer called ", rpc.name));
    }
    if (now.request != rpc.request || now.response != rpc.response) {
      changes->push_back(absl::StrCat(method, " no longer takes a ",
                                      rpc.request, " or returns a ",
                                      rpc.response));
    }
  }
}

}  // namespace

absl::Status AssignNumbers(Schema* schema, Lock* lock) {
  MarkAllRemoved(lock);
  for (SchemaFile& file : schema->files) {
    const absl::Status status = NumberFile(&file, lock);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::vector<std::string> BreakingChanges(const Lock& released,
                                         const Lock& lock) {
  std::vector<std::string> changes;
  CompareNumbers(released.messages, lock.messages, &changes);
  CompareNumbers(released.enums, lock.enums, &changes);
  for (const auto& [name, home] : released.enum_homes) {
    const auto found = lock.enum_homes.find(name);
    if (found == lock.enum_homes.end() || found->second != home) {
      changes.push_back(absl::StrCat("enum ", name, " left ", home, ".proto"));
    }
  }
  CompareRpcs(released, lock, &changes);
  return changes;
}

}  // namespace xapi_gateway::protogen
