// What descriptors say of a message, resolved once for encoder and decoder.
#ifndef GATEWAY_TRANSCODE_PLAN_H_
#define GATEWAY_TRANSCODE_PLAN_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::transcode {

struct MessagePlan;
struct RecordIndex;

// How a single value is carried. The order is that of the function tables in
// the encoder and the decoder.
enum class Kind : uint8_t {
  kString,
  kRef,        // a string; xapi's null reference is ""
  kInt,        // int64
  kDouble,     // double
  kBool,       // bool
  kTimestamp,  // google.protobuf.Timestamp
  kEnum,       // an enum with wire texts
  kRecord,     // a message that is a struct on the wire
  kWrapper,    // a message that stands for the list or map it holds
  kAny,        // google.protobuf.Any of a record whose class is a sibling
};
inline constexpr int kKinds = 10;

// The wire texts of an enum's values.
struct EnumPlan {
  std::string name;  // "xenapi.v1.VmPowerState"
  absl::flat_hash_map<std::string, int> numbers;  // by wire text
  absl::flat_hash_map<int, std::string> texts;    // by number, without 0
};

// One value: a singular field, a list's element, a map's key or value.
struct ValuePlan {
  Kind kind = Kind::kString;
  const EnumPlan* enumeration = nullptr;  // kEnum
  const MessagePlan* message = nullptr;   // kRecord, kWrapper
  const RecordIndex* records = nullptr;   // where a class is named
};

enum class Shape : uint8_t { kSingular, kRepeated, kMap };

// How a record field takes part in its class's constructor.
enum class Constructor : uint8_t { kAbsent, kOptional, kRequired };

struct FieldPlan {
  uint32_t number = 0;
  std::string name;       // "pv_args"
  std::string wire_name;  // "PV_args"
  Shape shape = Shape::kSingular;
  ValuePlan value;
  ValuePlan key;                 // maps only
  bool explicit_presence = false;  // `optional`: written even when zero
  bool secret = false;
  bool names_class = false;   // holds the class of a sibling kAny field
  bool is_subject = false;    // the object a call is made on; never null
  bool has_default = false;   // left out when unset, if nothing follows
  Constructor constructor = Constructor::kAbsent;
  std::string default_json;  // what is sent in its place if something follows
};

struct MessagePlan {
  std::string name;         // "xenapi.v1.Vm"
  bool is_record = false;   // keeps what it does not know
  std::vector<FieldPlan> fields;  // in declaration order
  // Number of the map that keeps what fits no field, or 0.
  uint32_t unrecognized = 0;
  absl::flat_hash_map<absl::string_view, uint16_t> by_wire_name;
  absl::flat_hash_map<uint32_t, uint16_t> by_number;
};

// The record messages by class, for values whose class is known at run time.
struct RecordIndex {
  struct Record {
    std::string type_url;
    const MessagePlan* plan;
  };
  // By lower-case class name, which is how events spell it.
  absl::flat_hash_map<std::string, Record> by_class;
};

// Owns all plans of a binding table; their addresses are stable.
class PlanStore {
 public:
  std::deque<MessagePlan> messages;
  std::deque<EnumPlan> enums;
  RecordIndex records;
};

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_PLAN_H_
