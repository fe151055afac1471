#include "gateway/server/config_value.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using xenapi::gateway::v1::Rule;

const Rule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(xenapi::gateway::v1::rule);
}

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == google::protobuf::Duration::descriptor();
}

// The value behind "LOG_LEVEL_" in lower case: "info". The zero value of each
// enum has no text: it means that nothing was set.
std::string EnumText(const EnumValueDescriptor& value) {
  std::string prefix;
  for (const char c : std::string(value.type()->name())) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix.push_back('_');
    prefix.push_back(absl::ascii_toupper(c));
  }
  const std::string name(value.name());
  return absl::StrReplaceAll(
      absl::AsciiStrToLower(name.substr(prefix.size() + 1)), {{"_", "-"}});
}

absl::Status Expected(absl::string_view what, absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, ", got \"", text, "\""));
}

absl::Status CheckLimits(const FieldDescriptor& field, absl::string_view text,
                         bool too_small, bool too_large) {
  if (!too_small && !too_large) return absl::OkStatus();
  return Expected(absl::StrCat("a value from ", RuleOf(field).min(), " to ",
                               RuleOf(field).max()),
                  text);
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  absl::Duration value;
  if (!absl::ParseDuration(text, &value) || value < absl::ZeroDuration() ||
      value == absl::InfiniteDuration()) {
    return Expected("a duration such as 250ms, 30s or 1h30m", text);
  }
  return value;
}

absl::Status SetDuration(Message& message, const FieldDescriptor& field,
                         absl::string_view text) {
  const absl::StatusOr<absl::Duration> value = ParseDuration(text);
  if (!value.ok()) return value.status();
  const absl::Status limits =
      CheckLimits(field, text,
                  *value<*ParseDuration(RuleOf(field).min()), *value> *
                      ParseDuration(RuleOf(field).max()));
  if (!limits.ok()) return limits;
  google::protobuf::Duration duration;
  duration.set_seconds(absl::ToInt64Seconds(*value));
  duration.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(*value - absl::Seconds(duration.seconds()))));
  message.GetReflection()->MutableMessage(&message, &field)->CopyFrom(duration);
  return absl::OkStatus();
}

absl::Status SetInteger(Message& message, const FieldDescriptor& field,
                        absl::string_view text) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return Expected("a whole number", text);
  int64_t min = 0;
  int64_t max = 0;
  if (!absl::SimpleAtoi(RuleOf(field).min(), &min) ||
      !absl::SimpleAtoi(RuleOf(field).max(), &max)) {
    return absl::InternalError("the schema states no limits");
  }
  const absl::Status limits = CheckLimits(field, text, value<min, value> max);
  if (!limits.ok()) return limits;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    message.GetReflection()->SetInt32(&message, &field,
                                      static_cast<int32_t>(value));
  } else {
    message.GetReflection()->SetInt64(&message, &field, value);
  }
  return absl::OkStatus();
}

absl::Status SetBool(Message& message, const FieldDescriptor& field,
                     absl::string_view text) {
  if (text != "true" && text != "false") return Expected("true or false", text);
  message.GetReflection()->SetBool(&message, &field, text == "true");
  return absl::OkStatus();
}

absl::Status SetEnum(Message& message, const FieldDescriptor& field,
                     absl::string_view text) {
  const EnumDescriptor& type = *field.enum_type();
  std::vector<std::string> known;
  for (int i = 1; i < type.value_count(); ++i) {
    known.push_back(EnumText(*type.value(i)));
    if (known.back() != text) continue;
    message.GetReflection()->SetEnum(&message, &field, type.value(i));
    return absl::OkStatus();
  }
  return Expected(absl::StrCat("one of ", absl::StrJoin(known, ", ")), text);
}

absl::Status SetString(Message& message, const FieldDescriptor& field,
                       absl::string_view text) {
  if (text.empty() && RuleOf(field).required()) {
    return absl::InvalidArgumentError("must not be empty");
  }
  if (field.is_repeated()) {
    message.GetReflection()->AddString(&message, &field, std::string(text));
  } else {
    message.GetReflection()->SetString(&message, &field, std::string(text));
  }
  return absl::OkStatus();
}

std::string DurationText(const Message& message) {
  google::protobuf::Duration duration;
  duration.CopyFrom(message);
  return absl::FormatDuration(absl::Seconds(duration.seconds()) +
                              absl::Nanoseconds(duration.nanos()));
}

}  // namespace

bool IsScalar(const FieldDescriptor& field) {
  return field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
         IsDuration(field);
}

absl::Status SetScalar(Message& message, const FieldDescriptor& field,
                       absl::string_view text) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return SetInteger(message, field, text);
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetBool(message, field, text);
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(message, field, text);
    case FieldDescriptor::CPPTYPE_STRING:
      return SetString(message, field, text);
    default:
      return SetDuration(message, field, text);
  }
}

std::string ScalarText(const Message& message, const FieldDescriptor& field,
                       int index) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(*reflection.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return index < 0 ? reflection.GetString(message, &field)
                       : reflection.GetRepeatedString(message, &field, index);
    default:
      return DurationText(reflection.GetMessage(message, &field));
  }
}

}  // namespace xapi_gateway::server
