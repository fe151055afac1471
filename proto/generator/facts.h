// The comments of the generated files: what the model knows of each element.
#ifndef PROTO_GENERATOR_FACTS_H_
#define PROTO_GENERATOR_FACTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/generator/model.h"

namespace xapi_gateway::protogen {

// Written explanations, kept beside the model in prose.json. Keys are wire
// names: "VM" (a class), "VM.start" (a message), "VM.start/force" (a
// parameter), "VM:power_state" (a field), "vm_power_state" and
// "vm_power_state.Halted" (an enum and its value).
class Prose {
 public:
  Prose() = default;
  // INVALID_ARGUMENT unless `json` is empty or an object of strings.
  static absl::StatusOr<Prose> Parse(absl::string_view json);

  // The text for the key followed by `facts`; only the facts if there is none.
  std::string Before(const std::string& key, absl::string_view facts) const;

 private:
  std::map<std::string, std::string> texts_;
};

// "Published in rio; deprecated in tampa."
std::string LifecycleFacts(const Lifecycle& lifecycle);

std::string ServiceFacts(const ModelClass& klass);
std::string RecordFacts(const ModelClass& klass);
std::string FieldFacts(const ModelField& field);
std::string ParamFacts(const ModelParam& param);
std::string EnumFacts(const ModelEnum& enumeration);

// What is told of an RPC. `role` is the name of the weakest role allowed.
std::string RpcFacts(absl::string_view method, absl::string_view role,
                     const ModelMessage& message);

// The same for its form that runs as a task.
std::string AsyncRpcFacts(absl::string_view method, absl::string_view role,
                          const ModelMessage& message);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_FACTS_H_
