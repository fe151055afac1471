// The parts of config_reader.h that need no parser: defaults and printing.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/server/config_reader.h"
#include "gateway/server/config_value.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using xenapi::gateway::v1::Rule;

const Rule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(xenapi::gateway::v1::rule);
}

// Whether the field was set. Fields that may be zero have presence in the
// schema; for the others zero is the same as unset.
bool IsSet(const Message& message, const FieldDescriptor& field) {
  return field.is_repeated()
             ? message.GetReflection()->FieldSize(message, &field) > 0
             : message.GetReflection()->HasField(message, &field);
}

void ApplyToMessage(Message& message, const std::string& path,
                    FaultList& faults);

void ApplyToParts(Message& message, const FieldDescriptor& field,
                  const std::string& path, FaultList& faults) {
  const auto* reflection = message.GetReflection();
  if (!field.is_repeated()) {
    return ApplyToMessage(*reflection->MutableMessage(&message, &field), path,
                          faults);
  }
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    ApplyToMessage(*reflection->MutableRepeatedMessage(&message, &field, i),
                   ElementPath(path, i), faults);
  }
}

// Whether the field is a part that exists only if the file has it: its own
// required fields would otherwise be missing.
bool IsOptionalPart(const FieldDescriptor& field) {
  for (int i = 0; i < field.message_type()->field_count(); ++i) {
    if (RuleOf(*field.message_type()->field(i)).required()) return true;
  }
  return false;
}

void ApplyToMessage(Message& message, const std::string& path,
                    FaultList& faults) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    const std::string field_path = FieldPath(path, std::string(field.name()));
    const bool set = IsSet(message, field);
    if (!set && RuleOf(field).required()) {
      faults.AddMissing(field_path);
    } else if (!IsScalar(field)) {
      if (set || !IsOptionalPart(field)) {
        ApplyToParts(message, field, field_path, faults);
      }
    } else if (!set && !RuleOf(field).default_value().empty()) {
      const absl::Status status =
          SetScalar(message, field, RuleOf(field).default_value());
      if (!status.ok()) faults.Add(field_path, std::string(status.message()));
    }
  }
}

class Printer {
 public:
  std::string Print(const Message& message) {
    Add(message, 0);
    return std::move(text_);
  }

 private:
  void Add(const Message& message, int indent) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      if (!IsSet(message, field)) continue;
      absl::StrAppend(&text_, Indent(indent), std::string(field.name()), ":");
      if (field.is_repeated()) {
        AddList(message, field, indent);
      } else if (IsScalar(field)) {
        absl::StrAppend(&text_, " ", Value(message, field, -1), "\n");
      } else {
        text_.push_back('\n');
        Add(message.GetReflection()->GetMessage(message, &field), indent + 2);
      }
    }
  }

  void AddList(const Message& message, const FieldDescriptor& field,
               int indent) {
    const auto* reflection = message.GetReflection();
    text_.push_back('\n');
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      absl::StrAppend(&text_, Indent(indent), "- ");
      if (IsScalar(field)) {
        absl::StrAppend(&text_, Value(message, field, i), "\n");
        continue;
      }
      // The first field stands behind the dash, in place of its indentation.
      const size_t start = text_.size();
      Add(reflection->GetRepeatedMessage(message, &field, i), indent + 2);
      text_.erase(start, indent + 2);
    }
  }

  static std::string Indent(int indent) { return std::string(indent, ' '); }

  static std::string Value(const Message& message, const FieldDescriptor& field,
                           int index) {
    if (RuleOf(field).secret()) return "\"***\"";
    const std::string text = ScalarText(message, field, index);
    return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING
               ? absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"")
               : text;
  }

  std::string text_;
};

}  // namespace

void ApplyRules(xenapi::gateway::v1::Config& config, FaultList& faults) {
  ApplyToMessage(config, "", faults);
}

std::string PrintConfig(const xenapi::gateway::v1::Config& config) {
  return Printer().Print(config);
}

}  // namespace xapi_gateway::server
