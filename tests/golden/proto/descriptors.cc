#include "tests/golden/proto/descriptors.h"

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "xenapi/v1/annotations.pb.h"

namespace xapi_gateway::protogen {

namespace pb = google::protobuf;
namespace api = xenapi::v1;

namespace {

// The type's name without this package: "Vm", "google.protobuf.Any".
template <typename D>
std::string ShortName(const D& descriptor) {
  const std::string full(descriptor.full_name());
  return full.rfind("xenapi.v1.", 0) == 0 ? full.substr(10) : full;
}

std::string DeclaredElement(const pb::FieldDescriptor& field) {
  if (field.message_type() != nullptr) return ShortName(*field.message_type());
  if (field.enum_type() != nullptr) return ShortName(*field.enum_type());
  return std::string(field.type_name());
}

}  // namespace

Descriptors::Descriptors(absl::string_view set) {
  pb::FileDescriptorSet files;
  EXPECT_TRUE(files.ParseFromArray(set.data(), static_cast<int>(set.size())));
  for (const pb::FileDescriptorProto& file : files.file()) {
    const pb::FileDescriptor* built = pool_.BuildFile(file);
    EXPECT_NE(built, nullptr) << file.name();
    if (built != nullptr) Index(*built);
  }
}

void Descriptors::Index(const pb::FileDescriptor& file) {
  for (int i = 0; i < file.service_count(); ++i) {
    for (int j = 0; j < file.service(i)->method_count(); ++j) {
      const pb::MethodDescriptor* rpc = file.service(i)->method(j);
      if (!rpc->options().HasExtension(api::rpc)) continue;
      const std::string& method =
          rpc->options().GetExtension(api::rpc).method();
      EXPECT_TRUE(rpcs_.emplace(method, rpc).second) << method << " twice";
    }
  }
  for (int i = 0; i < file.message_type_count(); ++i) {
    const pb::Descriptor* message = file.message_type(i);
    if (!message->options().HasExtension(api::record)) continue;
    const std::string& name = message->options().GetExtension(api::record);
    EXPECT_TRUE(records_.emplace(name, message).second) << name << " twice";
  }
}

const pb::Descriptor* Descriptors::Message(const std::string& name) const {
  return pool_.FindMessageTypeByName("xenapi.v1." + name);
}

const pb::EnumDescriptor* Descriptors::Enum(const std::string& name) const {
  return pool_.FindEnumTypeByName("xenapi.v1." + name);
}

std::string Descriptors::TypeText(const pb::FieldDescriptor& field,
                                  const std::string& any_ref) const {
  std::string ref = field.options().GetExtension(api::ref);
  if (ref == "*") ref = any_ref;
  if (field.is_map()) {
    const pb::FieldDescriptor& value = *field.message_type()->field(1);
    return absl::StrCat("(", KeyText(field), " -> ", ValueText(value, ref),
                        ") map");
  }
  const std::string element = field.options().GetExtension(api::record_of_class)
                                  ? "<class> record"
                                  : ValueText(field, ref);
  return field.is_repeated() ? element + " set" : element;
}

std::string Descriptors::KeyText(const pb::FieldDescriptor& map) const {
  const std::string& ref = map.options().GetExtension(api::key_ref);
  if (!ref.empty()) return ref + " ref";
  const std::string& name = map.options().GetExtension(api::key_enum);
  if (!name.empty()) {
    const pb::EnumDescriptor* keys = Enum(name);
    return keys == nullptr ? "no enum " + name : EnumText(*keys);
  }
  return ValueText(*map.message_type()->field(0), "");
}

std::string Descriptors::ValueText(const pb::FieldDescriptor& field,
                                   const std::string& ref) const {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return ref.empty() ? "string" : ref + " ref";
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return "int";
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return "float";
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return "bool";
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(*field.enum_type());
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(*field.message_type());
    default:
      return absl::StrCat("a ", field.type_name());
  }
}

std::string Descriptors::MessageText(const pb::Descriptor& message) const {
  if (message.full_name() == "google.protobuf.Timestamp") return "datetime";
  const std::string& record = message.options().GetExtension(api::record);
  if (!record.empty()) return record + " record";
  const bool wrapper =
      message.field_count() == 1 && message.field(0)->is_repeated();
  return wrapper ? TypeText(*message.field(0), "")
                 : absl::StrCat("a ", std::string(message.full_name()));
}

std::string EnumText(const pb::EnumDescriptor& enumeration) {
  std::string text = "enum {";
  for (int i = 0; i < enumeration.value_count(); ++i) {
    const pb::EnumValueDescriptor& value = *enumeration.value(i);
    if (value.number() == 0) continue;
    absl::StrAppend(&text, text.back() == '{' ? "" : ",",
                    value.options().GetExtension(api::text));
  }
  return text + "}";
}

std::string DeclaredType(const pb::FieldDescriptor& field) {
  if (field.is_map()) {
    const pb::Descriptor& entry = *field.message_type();
    return absl::StrCat("map<", DeclaredElement(*entry.field(0)), ", ",
                        DeclaredElement(*entry.field(1)), ">");
  }
  return absl::StrCat(field.is_repeated() ? "repeated " : "",
                      DeclaredElement(field));
}

}  // namespace xapi_gateway::protogen
