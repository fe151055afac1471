// Compiles message descriptors into plans.
#ifndef GATEWAY_TRANSCODE_PLAN_COMPILER_H_
#define GATEWAY_TRANSCODE_PLAN_COMPILER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/transcode/plan.h"

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace xapi_gateway::transcode {

// Fills a store with the plans of the messages that it is asked for, each one
// once. Plans hold copies: the descriptors may go when all are compiled. Every
// fault is noted and compilation goes on, so that all are seen at once. Not
// thread-safe.
class PlanCompiler {
 public:
  // `store` and `faults` outlive the compiler.
  PlanCompiler(PlanStore& store, std::vector<std::string>& faults)
      : store_(store), faults_(faults) {}

  // The plan of a message; its address is stable.
  const MessagePlan* Message(const google::protobuf::Descriptor& message);

  // Makes the record of a class available to values that name their class.
  void IndexRecord(const google::protobuf::Descriptor& message);

 private:
  FieldPlan Field(const google::protobuf::FieldDescriptor& field);
  void Shaped(const google::protobuf::FieldDescriptor& field, FieldPlan& plan);
  ValuePlan Value(const google::protobuf::FieldDescriptor& field,
                  bool is_reference);
  ValuePlan MessageValue(const google::protobuf::FieldDescriptor& field);
  const EnumPlan* Enum(const google::protobuf::EnumDescriptor& enumeration);
  void NameClassField(MessagePlan& plan);
  void CheckDefault(const FieldPlan& plan, const std::string& where);
  void Fault(const std::string& where, const std::string& what);

  PlanStore& store_;
  std::vector<std::string>& faults_;
  absl::flat_hash_map<const google::protobuf::Descriptor*, MessagePlan*>
      messages_;
  absl::flat_hash_map<const google::protobuf::EnumDescriptor*, EnumPlan*>
      enums_;
};

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_PLAN_COMPILER_H_
