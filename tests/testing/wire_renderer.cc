#include "tests/testing/wire_renderer.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "xenapi/v1/annotations.pb.h"

namespace xapi_gateway::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Members = std::vector<std::pair<std::string, std::string>>;

// Says how each kind of value looks on one wire.
class Style {
 public:
  virtual ~Style() = default;
  virtual std::string Text(const std::string& text) const = 0;
  virtual std::string Int(int64_t value) const = 0;
  virtual std::string Double(double value) const = 0;
  virtual std::string Bool(bool value) const = 0;
  virtual std::string Date(const std::string& text) const = 0;
  virtual std::string List(const std::vector<std::string>& items) const = 0;
  virtual std::string Struct(const Members& members) const = 0;
};

class JsonStyle : public Style {
 public:
  std::string Text(const std::string& text) const override {
    return absl::StrCat("\"",
                        absl::StrReplaceAll(text, {{"\\", "\\\\"},
                                                   {"\"", "\\\""},
                                                   {"\n", "\\n"},
                                                   {"\t", "\\t"}}),
                        "\"");
  }
  std::string Int(int64_t value) const override { return absl::StrCat(value); }
  std::string Double(double value) const override {
    return absl::StrFormat("%.17g", value);
  }
  std::string Bool(bool value) const override {
    return value ? "true" : "false";
  }
  std::string Date(const std::string& text) const override {
    return Text(text);
  }
  std::string List(const std::vector<std::string>& items) const override {
    return absl::StrCat("[", absl::StrJoin(items, ","), "]");
  }
  std::string Struct(const Members& members) const override {
    return absl::StrCat(
        "{",
        absl::StrJoin(members, ",",
                      [this](std::string* out, const auto& member) {
                        absl::StrAppend(out, Text(member.first), ":",
                                        member.second);
                      }),
        "}");
  }
};

class XmlStyle : public Style {
 public:
  std::string Text(const std::string& text) const override {
    return Value(Escape(text));
  }
  std::string Int(int64_t value) const override {
    return Value(absl::StrCat(value));
  }
  std::string Double(double value) const override {
    return Value(absl::StrFormat("<double>%.16g</double>", value));
  }
  std::string Bool(bool value) const override {
    return Value(absl::StrCat("<boolean>", value ? 1 : 0, "</boolean>"));
  }
  std::string Date(const std::string& text) const override {
    return Value(
        absl::StrCat("<dateTime.iso8601>", text, "</dateTime.iso8601>"));
  }
  std::string List(const std::vector<std::string>& items) const override {
    return Value(absl::StrCat("<array><data>", absl::StrJoin(items, ""),
                              "</data></array>"));
  }
  std::string Struct(const Members& members) const override {
    std::string out = "<struct>";
    for (const auto& [name, value] : members) {
      absl::StrAppend(&out, "<member><name>", Escape(name), "</name>", value,
                      "</member>");
    }
    return Value(out + "</struct>");
  }

 private:
  static std::string Escape(const std::string& text) {
    return absl::StrReplaceAll(
        text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
  }
  static std::string Value(const std::string& content) {
    return absl::StrCat("<value>", content, "</value>");
  }
};

class Renderer {
 public:
  // `constructor` leaves out the record fields that constructors do not take.
  Renderer(const Style& style, bool constructor)
      : style_(style), constructor_(constructor) {}

  std::string Field(const Message& message, const FieldDescriptor& field) {
    if (field.is_map()) return Map(message, field);
    if (!field.is_repeated()) return Value(message, field, -1, IsRef(field));
    std::vector<std::string> items;
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      items.push_back(Value(message, field, i, IsRef(field)));
    }
    return style_.List(items);
  }

 private:
  static bool IsRef(const FieldDescriptor& field) {
    return !field.options().GetExtension(xenapi::v1::ref).empty();
  }

  std::string Map(const Message& message, const FieldDescriptor& field) {
    Members members;
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      const Message& entry =
          message.GetReflection()->GetRepeatedMessage(message, &field, i);
      const Reflection& inner = *entry.GetReflection();
      const FieldDescriptor& key = *field.message_type()->map_key();
      members.emplace_back(
          key.cpp_type() == FieldDescriptor::CPPTYPE_INT64
              ? absl::StrCat(inner.GetInt64(entry, &key))
              : inner.GetString(entry, &key),
          Value(entry, *field.message_type()->map_value(), -1, IsRef(field)));
    }
    return style_.Struct(members);
  }

  // `index` is negative for a singular field.
  std::string Value(const Message& m, const FieldDescriptor& f, int index,
                    bool is_reference) {
    const Reflection& r = *m.GetReflection();
    const bool one = index < 0;
    switch (f.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string text =
            one ? r.GetString(m, &f) : r.GetRepeatedString(m, &f, index);
        if (is_reference && text.empty()) text = "OpaqueRef:NULL";
        return style_.Text(text);
      }
      case FieldDescriptor::CPPTYPE_INT64:
        return style_.Int(one ? r.GetInt64(m, &f)
                              : r.GetRepeatedInt64(m, &f, index));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return style_.Double(one ? r.GetDouble(m, &f)
                                 : r.GetRepeatedDouble(m, &f, index));
      case FieldDescriptor::CPPTYPE_BOOL:
        return style_.Bool(one ? r.GetBool(m, &f)
                               : r.GetRepeatedBool(m, &f, index));
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* value =
            one ? r.GetEnum(m, &f) : r.GetRepeatedEnum(m, &f, index);
        return style_.Text(value->options().GetExtension(xenapi::v1::text));
      }
      default:
        return MessageValue(one ? r.GetMessage(m, &f)
                                : r.GetRepeatedMessage(m, &f, index));
    }
  }

  std::string MessageValue(const Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    if (type.full_name() == "google.protobuf.Timestamp") return Date(message);
    if (type.options().GetExtension(xenapi::v1::record).empty()) {
      return Field(message, *type.field(0));
    }
    Members members;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (IsLeftOut(field)) continue;
      const std::string& name = field.options().GetExtension(xenapi::v1::name);
      members.emplace_back(name.empty() ? std::string(field.name()) : name,
                           Field(message, field));
    }
    return style_.Struct(members);
  }

  bool IsLeftOut(const FieldDescriptor& field) const {
    if (field.name() == "unrecognized") return true;
    if (field.options().GetExtension(xenapi::v1::record_of_class)) return true;
    return constructor_ &&
           field.options().GetExtension(xenapi::v1::constructor) ==
               xenapi::v1::CONSTRUCTOR_UNSPECIFIED;
  }

  std::string Date(const Message& timestamp) {
    const int64_t seconds = timestamp.GetReflection()->GetInt64(
        timestamp, timestamp.GetDescriptor()->FindFieldByName("seconds"));
    return style_.Date(absl::FormatTime("%Y%m%dT%H:%M:%SZ",
                                        absl::FromUnixSeconds(seconds),
                                        absl::UTCTimeZone()));
  }

  const Style& style_;
  const bool constructor_;
};

std::string Render(const Message& message, const FieldDescriptor& field,
                   wire::Format format, bool constructor) {
  if (format == wire::Format::kJsonRpc) {
    return Renderer(JsonStyle(), constructor).Field(message, field);
  }
  return Renderer(XmlStyle(), constructor).Field(message, field);
}

}  // namespace

std::string RenderField(const Message& message, const FieldDescriptor& field,
                        wire::Format format) {
  return Render(message, field, format, false);
}

std::string RenderReply(const Message& response, wire::Format format) {
  const bool is_void = response.GetDescriptor()->field_count() == 0;
  const bool json = format == wire::Format::kJsonRpc;
  const std::string value =
      is_void ? (json ? "\"\"" : "<value></value>")
              : RenderField(response, *response.GetDescriptor()->field(0),
                            format);
  if (json) {
    return absl::StrCat(R"({"jsonrpc":"2.0","result":)", value, R"(,"id":1})");
  }
  return absl::StrCat(
      "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct>"
      "<member><name>Status</name><value>Success</value></member>"
      "<member><name>Value</name>",
      value, "</member></struct></value></param></params></methodResponse>");
}

std::string RenderJsonArguments(const Message& request) {
  std::vector<std::string> arguments;
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    arguments.push_back(Render(request, *request.GetDescriptor()->field(i),
                               wire::Format::kJsonRpc, true));
  }
  return absl::StrCat("[", absl::StrJoin(arguments, ","), "]");
}

}  // namespace xapi_gateway::testing
