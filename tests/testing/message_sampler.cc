#include "tests/testing/message_sampler.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "xenapi/v1/annotations.pb.h"

namespace xapi_gateway::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Text that every layer has to carry unharmed.
constexpr const char* kOddTexts[] = {"<a & b>", "\"quoted\\\"", "line\nbreak\t",
                                     "h\u00e9llo \u4e16\u754c \U0001f600", " ",
                                     "]]>{}[],:", "0", "true"};

bool IsTimestamp(const FieldDescriptor& field) {
  return field.message_type()->full_name() == "google.protobuf.Timestamp";
}

bool IsSkipped(const FieldDescriptor& field) {
  return field.name() == "unrecognized" ||
         field.options().GetExtension(xenapi::v1::record_of_class);
}

bool IsReference(const FieldDescriptor& field) {
  return !field.options().GetExtension(xenapi::v1::ref).empty();
}

}  // namespace

void MessageSampler::Fill(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsSkipped(field)) continue;
    if (field.is_map()) {
      FillMap(message, field);
    } else if (field.is_repeated()) {
      FillList(message, field);
    } else {
      FillSingular(message, field);
    }
  }
}

std::string MessageSampler::Text(bool is_reference) {
  if (is_reference) {
    return absl::StrFormat("OpaqueRef:%08x-0000-4000-8000-%012x", random_(),
                           random_());
  }
  const size_t odd = random_() % (2 * std::size(kOddTexts));
  return odd < std::size(kOddTexts) ? kOddTexts[odd]
                                    : absl::StrCat("text ", random_());
}

int64_t MessageSampler::Integer() {
  const auto high = static_cast<uint64_t>(random_());
  // Beyond 2^53 now and then, where a detour over double would show.
  return static_cast<int64_t>(random_() % 4 == 0 ? (high << 30) | 1 : high | 1);
}

double MessageSampler::Real() {
  // Few enough digits for XML, where xapi writes sixteen of them.
  return static_cast<double>(random_() % 1000000) / 64 + 0.5;
}

int MessageSampler::EnumNumber(const FieldDescriptor& field) {
  const auto& type = *field.enum_type();
  const int known = type.value_count() - 1;
  return type.value(1 + static_cast<int>(random_() % static_cast<unsigned>(known)))->number();
}

void MessageSampler::FillTimestamp(Message& message) {
  const FieldDescriptor* seconds =
      message.GetDescriptor()->FindFieldByName("seconds");
  message.GetReflection()->SetInt64(&message, seconds, 1 + random_() / 2);
}

void MessageSampler::FillSingular(Message& message,
                                  const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&message, &field, Text(IsReference(field)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, Integer());
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.SetDouble(&message, &field, Real());
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(&message, &field, EnumNumber(field));
    default: {
      Message& child = *reflection.MutableMessage(&message, &field);
      return IsTimestamp(field) ? FillTimestamp(child) : Fill(child);
    }
  }
}

void MessageSampler::FillList(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < 2; ++i) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection.AddString(&message, &field, Text(IsReference(field)));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection.AddInt64(&message, &field, Integer());
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        reflection.AddDouble(&message, &field, Real());
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection.AddBool(&message, &field, i == 0);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection.AddEnumValue(&message, &field, EnumNumber(field));
        break;
      default: {
        Message& child = *reflection.AddMessage(&message, &field);
        IsTimestamp(field) ? FillTimestamp(child) : Fill(child);
      }
    }
  }
}

void MessageSampler::FillMap(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  Message& entry = *reflection.AddMessage(&message, &field);
  const Reflection& inner = *entry.GetReflection();
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  const std::string& names =
      field.options().GetExtension(xenapi::v1::key_enum);
  if (key.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    inner.SetInt64(&entry, &key, Integer());
  } else if (!names.empty()) {
    const auto* type = field.file()->pool()->FindEnumTypeByName(
        absl::StrCat("xenapi.v1.", names));
    inner.SetString(&entry, &key,
                    type->value(1)->options().GetExtension(xenapi::v1::text));
  } else {
    inner.SetString(
        &entry, &key,
        Text(!field.options().GetExtension(xenapi::v1::key_ref).empty()));
  }
  if (value.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    inner.SetString(&entry, &value, Text(IsReference(field)));
  } else {
    FillSingular(entry, value);
  }
}

}  // namespace xapi_gateway::testing
