// The lock file: every field and enum number and RPC type ever given.
#ifndef PROTO_GENERATOR_NUMBERS_H_
#define PROTO_GENERATOR_NUMBERS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/generator/schema.h"

namespace xapi_gateway::protogen {

// A number that was given to a field or enum value, and will not be given to
// another one ever again.
struct LockedNumber {
  std::string name;
  int number = 0;
  // A field's label and type, or an enum value's text on the wire.
  std::string what;
  bool live = true;  // false: reserved
};

using LockedNumbers = std::vector<LockedNumber>;

struct LockedRpc {
  std::string name;  // "VmService.Start"
  std::string request;
  std::string response;
  bool live = true;
};

// What clients were compiled against. Elements are only ever added; what the
// model drops stays here as not live, so that it comes back unchanged.
struct Lock {
  std::map<std::string, LockedNumbers> messages;  // by message
  std::map<std::string, LockedNumbers> enums;     // by enum
  std::map<std::string, std::string> enum_homes;  // stem of an enum's file
  std::map<std::string, LockedRpc> rpcs;          // by method on the wire
};

// Reads a lock file; an empty text is an empty lock. INVALID_ARGUMENT if it is
// malformed.
absl::StatusOr<Lock> ParseLock(absl::string_view json);

// The text of a lock file: one line per number, for the sake of its diffs.
std::string PrintLock(const Lock& lock);

// Gives every field and enum value of the schema its number: the one in the
// lock if its name and type are known there, else the next free one. Numbers
// and names that went out of use become reserved. Updates the lock.
// FAILED_PRECONDITION if a fixed number is taken.
absl::Status AssignNumbers(Schema* schema, Lock* lock);

// What of `released` a client compiled against it would miss in `lock`, one
// sentence each; empty if nothing breaks.
std::vector<std::string> BreakingChanges(const Lock& released,
                                         const Lock& lock);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_NUMBERS_H_
