// The model's type grammar and its image in Protobuf.
#ifndef PROTO_GENERATOR_TYPES_H_
#define PROTO_GENERATOR_TYPES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/generator/schema.h"

namespace xapi_gateway::protogen {

enum class TypeKind {
  kVoid,
  kString,
  kInt,
  kFloat,
  kBool,
  kDatetime,
  kEnum,       // `name` is the enum
  kRef,        // `name` is the class
  kRecord,     // `name` is the class or struct
  kAnyRecord,  // of the class that the record itself names
  kSet,        // of args[0]
  kOption,     // of args[0]
  kMap,        // from args[0] to args[1]
};

struct Type {
  TypeKind kind = TypeKind::kVoid;
  std::string name;
  std::vector<Type> args;

  bool Is(TypeKind wanted) const { return kind == wanted; }
  // A set, or a map, of something.
  bool IsPlural() const { return Is(TypeKind::kSet) || Is(TypeKind::kMap); }
  // Whether an enum stands in it outside of any record.
  bool HoldsEnum() const;
};

// Parses, for example, "(VM ref -> string set) map". INVALID_ARGUMENT quotes
// what does not follow the grammar.
absl::StatusOr<Type> ParseType(absl::string_view text);

// What a reader of the .proto file is told of a type: "map from strings to ints".
std::string DescribeType(const Type& type);

// The record message of a class or struct.
std::string RecordName(absl::string_view class_or_struct);

// A field of the type, with the options that the type alone decides; its name
// and number are left to the caller. UNIMPLEMENTED for a type that no wrapper
// message stands for.
absl::StatusOr<SchemaField> FieldOfType(const Type& type);

// The word for the type in the names of shared messages, such as "StringList"
// or "VmPowerState"; empty if no shared message holds it.
std::string SharedWord(const Type& type);

// Whether a value of the type lets its holder act as somebody else: whoever
// knows a session's reference has the session.
bool IsCredential(const Type& type);

// The class of the references in the type, apart from the keys of maps; empty
// if there are none.
std::string RefClass(const Type& type);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_TYPES_H_
