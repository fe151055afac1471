#include "gateway/server/config_reader.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "absl/status/status.h"
#include "gateway/server/config_value.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// yaml-cpp counts from 0.
int LineOf(const YAML::Node& node) { return node.Mark().line + 1; }

class Reader {
 public:
  explicit Reader(FaultList& faults) : faults_(faults) {}

  void ReadMessage(const YAML::Node& node, const std::string& path,
                   Message& message) {
    faults_.NoteLine(path, LineOf(node));
    if (node.IsNull()) return;
    if (!node.IsMap()) return faults_.Add(path, "expected named fields");
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string name = entry.first.Scalar();
      const std::string field_path = FieldPath(path, name);
      faults_.NoteLine(field_path, LineOf(entry.first));
      const FieldDescriptor* field =
          message.GetDescriptor()->FindFieldByName(name);
      if (field == nullptr) {
        faults_.Add(field_path, "there is no such field");
      } else if (!seen.insert(name).second) {
        faults_.Add(field_path, "the field is there twice");
      } else {
        ReadField(entry.second, field_path, message, *field);
      }
    }
  }

 private:
  void ReadField(const YAML::Node& node, const std::string& path,
                 Message& message, const FieldDescriptor& field) {
    if (!field.is_repeated()) return ReadOne(node, path, message, field);
    if (!node.IsSequence()) return faults_.Add(path, "expected a list");
    for (size_t i = 0; i < node.size(); ++i) {
      const std::string element = ElementPath(path, static_cast<int>(i));
      faults_.NoteLine(element, LineOf(node[i]));
      ReadOne(node[i], element, message, field);
    }
  }

  void ReadOne(const YAML::Node& node, const std::string& path,
               Message& message, const FieldDescriptor& field) {
    const auto* reflection = message.GetReflection();
    if (IsScalar(field)) {
      ReadScalar(node, path, message, field);
    } else if (field.is_repeated()) {
      ReadMessage(node, path, *reflection->AddMessage(&message, &field));
    } else {
      ReadMessage(node, path, *reflection->MutableMessage(&message, &field));
    }
  }

  void ReadScalar(const YAML::Node& node, const std::string& path,
                  Message& message, const FieldDescriptor& field) {
    if (!node.IsScalar()) return faults_.Add(path, "expected a single value");
    const absl::Status status = SetScalar(message, field, node.Scalar());
    if (!status.ok()) faults_.Add(path, std::string(status.message()));
  }

  FaultList& faults_;
};

}  // namespace

void ReadConfig(const std::string& text, xenapi::gateway::v1::Config& config,
                FaultList& faults) {
  // yaml-cpp reports by exceptions; none of them goes further.
  try {
    Reader(faults).ReadMessage(YAML::Load(text), "", config);
  } catch (const YAML::Exception& fault) {
    faults.NoteLine("", fault.mark.line + 1);
    faults.Add("", "neither YAML nor JSON: " + fault.msg);
  }
}

}  // namespace xapi_gateway::server
