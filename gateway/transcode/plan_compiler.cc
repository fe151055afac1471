#include "gateway/transcode/plan_compiler.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "xenapi/v1/annotations.pb.h"

namespace xapi_gateway::transcode {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// The field in which a record or response keeps what fits nowhere else.
constexpr absl::string_view kUnrecognizedField = "unrecognized";
// The object of a call, by xapi's own convention.
constexpr absl::string_view kSubjectField = "self";
// Names the class of a sibling record.
constexpr absl::string_view kClassField = "class";

std::string FullName(const Descriptor& message) {
  return std::string(message.full_name());
}

bool IsRecord(const Descriptor& message) {
  return !message.options().GetExtension(xenapi::v1::record).empty();
}

// A message that Protobuf needs only because lists cannot hold lists.
bool IsWrapper(const Descriptor& message) {
  return message.field_count() == 1 && message.field(0)->is_repeated();
}

Constructor ConstructorPart(const FieldDescriptor& field) {
  return static_cast<Constructor>(
      field.options().GetExtension(xenapi::v1::constructor));
}

}  // namespace

void PlanCompiler::Fault(const std::string& where, const std::string& what) {
  faults_.push_back(absl::StrCat(where, ": ", what));
}

const MessagePlan* PlanCompiler::Message(const Descriptor& message) {
  auto [entry, added] = messages_.try_emplace(&message, nullptr);
  if (!added) return entry->second;
  // Entered before its fields, so that a message may hold itself.
  MessagePlan* plan = &store_.messages.emplace_back();
  entry->second = plan;
  plan->name = FullName(message);
  plan->is_record = IsRecord(message);
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.name() == kUnrecognizedField) {
      plan->unrecognized = static_cast<uint32_t>(field.number());
    } else {
      plan->fields.push_back(Field(field));
    }
  }
  NameClassField(*plan);
  for (size_t i = 0; i < plan->fields.size(); ++i) {
    FieldPlan& field = plan->fields[i];
    field.is_subject = i == 0 && field.name == kSubjectField &&
                       field.value.kind == Kind::kRef;
    plan->by_wire_name[field.wire_name] = static_cast<uint16_t>(i);
    plan->by_number[field.number] = static_cast<uint16_t>(i);
  }
  return plan;
}

void PlanCompiler::NameClassField(MessagePlan& plan) {
  bool has_any = false;
  for (const FieldPlan& field : plan.fields) {
    has_any |= field.value.kind == Kind::kAny;
  }
  if (!has_any) return;
  for (FieldPlan& field : plan.fields) {
    if (field.wire_name != kClassField) continue;
    field.names_class = true;
    field.value.records = &store_.records;
    return;
  }
  Fault(plan.name, "a record of any class needs a sibling field class");
}

void PlanCompiler::IndexRecord(const Descriptor& message) {
  if (!IsRecord(message)) return;
  const std::string& name =
      message.options().GetExtension(xenapi::v1::record);
  store_.records.by_class[absl::AsciiStrToLower(name)] = {
      absl::StrCat("type.googleapis.com/", FullName(message)),
      Message(message)};
}

FieldPlan PlanCompiler::Field(const FieldDescriptor& field) {
  const auto& options = field.options();
  FieldPlan plan;
  plan.number = static_cast<uint32_t>(field.number());
  plan.name = std::string(field.name());
  const std::string& wire_name = options.GetExtension(xenapi::v1::name);
  plan.wire_name = wire_name.empty() ? plan.name : wire_name;
  plan.explicit_presence = field.has_optional_keyword();
  plan.secret = options.GetExtension(xenapi::v1::secret);
  plan.constructor = ConstructorPart(field);
  plan.default_json = options.GetExtension(xenapi::v1::default_json);
  plan.has_default = !plan.default_json.empty();
  Shaped(field, plan);
  CheckDefault(plan, std::string(field.full_name()));
  return plan;
}

void PlanCompiler::Shaped(const FieldDescriptor& field, FieldPlan& plan) {
  const auto& options = field.options();
  const bool is_reference = !options.GetExtension(xenapi::v1::ref).empty();
  if (!field.is_map()) {
    plan.shape = field.is_repeated() ? Shape::kRepeated : Shape::kSingular;
    plan.value = Value(field, is_reference);
    return;
  }
  plan.shape = Shape::kMap;
  const Descriptor& entry = *field.message_type();
  plan.value = Value(*entry.map_value(), is_reference);
  plan.key = Value(*entry.map_key(),
                   !options.GetExtension(xenapi::v1::key_ref).empty());
  const std::string& names = options.GetExtension(xenapi::v1::key_enum);
  if (names.empty()) return;
  const EnumDescriptor* enumeration = field.file()->pool()->FindEnumTypeByName(
      absl::StrCat(std::string(field.file()->package()), ".", names));
  if (enumeration == nullptr) {
    Fault(std::string(field.full_name()),
          absl::StrCat("key_enum names no enum: ", names));
    return;
  }
  plan.key.enumeration = Enum(*enumeration);
}

ValuePlan PlanCompiler::Value(const FieldDescriptor& field,
                              bool is_reference) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return {is_reference ? Kind::kRef : Kind::kString};
    case FieldDescriptor::TYPE_INT64:
      return {Kind::kInt};
    case FieldDescriptor::TYPE_DOUBLE:
      return {Kind::kDouble};
    case FieldDescriptor::TYPE_BOOL:
      return {Kind::kBool};
    case FieldDescriptor::TYPE_ENUM:
      return {Kind::kEnum, Enum(*field.enum_type())};
    case FieldDescriptor::TYPE_MESSAGE:
      return MessageValue(field);
    default:
      Fault(std::string(field.full_name()),
            absl::StrCat("xapi has no type for ", std::string(field.type_name())));
      return {};
  }
}

ValuePlan PlanCompiler::MessageValue(const FieldDescriptor& field) {
  const Descriptor& message = *field.message_type();
  const std::string name = FullName(message);
  if (name == "google.protobuf.Timestamp") return {Kind::kTimestamp};
  if (name == "google.protobuf.Any" &&
      field.options().GetExtension(xenapi::v1::record_of_class)) {
    return {Kind::kAny, nullptr, nullptr, &store_.records};
  }
  if (IsRecord(message)) return {Kind::kRecord, nullptr, Message(message)};
  if (IsWrapper(message)) return {Kind::kWrapper, nullptr, Message(message)};
  Fault(std::string(field.full_name()),
        absl::StrCat(name, " is neither a record nor a list or map"));
  return {};
}

const EnumPlan* PlanCompiler::Enum(const EnumDescriptor& enumeration) {
  auto [entry, added] = enums_.try_emplace(&enumeration, nullptr);
  if (!added) return entry->second;
  EnumPlan* plan = &store_.enums.emplace_back();
  entry->second = plan;
  plan->name = std::string(enumeration.full_name());
  for (int i = 0; i < enumeration.value_count(); ++i) {
    const auto& value = *enumeration.value(i);
    const std::string& text =
        value.options().GetExtension(xenapi::v1::text);
    if (value.number() == 0) continue;
    plan->texts[value.number()] = text;
    if (!plan->numbers.try_emplace(text, value.number()).second) {
      Fault(std::string(value.full_name()),
            absl::StrCat("repeats the wire text \"", text, "\""));
    }
  }
  return plan;
}

// Only literals that can be written without a parser may be defaults.
void PlanCompiler::CheckDefault(const FieldPlan& plan,
                                const std::string& where) {
  const std::string& json = plan.default_json;
  const bool plain =
      plan.shape == Shape::kRepeated ? json == "[]"
      : plan.shape == Shape::kMap    ? json == "{}"
                                     : !absl::StrContains(json, '\\');
  if (plan.has_default && !plain) {
    Fault(where, absl::StrCat("cannot send the default ", json));
  }
}

}  // namespace xapi_gateway::transcode
