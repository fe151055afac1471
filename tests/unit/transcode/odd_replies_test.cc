// Replies that a newer, an older or a hostile host may give.

#include <cmath>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backend/wire/reply.h"
#include "gateway/transcode/reply_decoder.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/testing/message_sampler.h"
#include "tests/testing/wire_renderer.h"
#include "tests/unit/transcode/mirror.h"

namespace xapi_gateway::transcode {
namespace {

constexpr wire::Format kJson = wire::Format::kJsonRpc;
constexpr wire::Format kXml = wire::Format::kXmlRpc;

wire::Reply JsonReply(const std::string& result) {
  return {kJson,
          absl::StrCat(R"({"jsonrpc":"2.0","result":)", result, R"(,"id":1})")};
}

wire::Reply XmlReply(const std::string& value) {
  return {kXml, absl::StrCat(
                    "<?xml version=\"1.0\"?><methodResponse><params><param>"
                    "<value><struct><member><name>Status</name><value>Success"
                    "</value></member><member><name>Value</name><value>",
                    value,
                    "</value></member></struct></value></param></params>"
                    "</methodResponse>")};
}

// The response as text, or "CODE: message".
std::string Decoded(const char* method, wire::Reply reply) {
  const Binding& binding = Mirror::Get().Method(method);
  const absl::StatusOr<std::string> bytes = DecodeReply(binding, reply);
  if (!bytes.ok()) return bytes.status().ToString();
  auto message = Mirror::Get().NewResponse(binding);
  if (!message->ParseFromString(*bytes)) return "unparsable";
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetExpandAny(false);
  printer.PrintToString(*message, &text);
  return std::string(absl::StripTrailingAsciiWhitespace(text));
}

struct Case {
  const char* name;
  const char* method;
  wire::Reply reply;
  std::string decoded;
};

void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(Decoded(c.method, c.reply), c.decoded) << c.name;
  }
}

TEST(OddRepliesTest, Numbers) {
  ExpectAll({
      {"2^63-1", "VM.get_memory_target", JsonReply("9223372036854775807"),
       "value: 9223372036854775807"},
      {"-2^63", "VM.get_memory_target", JsonReply("-9223372036854775808"),
       "value: -9223372036854775808"},
      {"beyond 2^53", "VM.get_memory_target", JsonReply("9007199254740993"),
       "value: 9007199254740993"},
      {"digits", "VM.get_memory_target", JsonReply("\"42\""), "value: 42"},
      {"untagged", "VM.get_memory_target", XmlReply("42"), "value: 42"},
      {"i4", "VM.get_memory_target", XmlReply("<i4>42</i4>"), "value: 42"},
      {"zero", "VM.get_memory_target", JsonReply("0"), ""},
      {"double as int", "VM.get_HVM_shadow_multiplier", JsonReply("1"),
       "value: 1"},
      {"nan", "task.get_progress", JsonReply("NaN"), "value: nan"},
      {"-infinity", "task.get_progress", JsonReply("-Infinity"), "value: -inf"},
      {"xml nan", "task.get_progress", XmlReply("<double>nan</double>"),
       "value: nan"},
      {"xml inf", "task.get_progress", XmlReply("<double>inf</double>"),
       "value: inf"},
      {"exponent", "task.get_progress", XmlReply("<double>1e+20</double>"),
       "value: 1e+20"},
  });
}

TEST(OddRepliesTest, WrongTypes) {
  const char kNoInteger[] =
      "INTERNAL: VM.get_memory_target: the result is not an integer of 64 "
      "bits, which the schema says it is";
  ExpectAll({
      {"real", "VM.get_memory_target", JsonReply("1.5"), kNoInteger},
      {"too large", "VM.get_memory_target", JsonReply("9223372036854775808"),
       kNoInteger},
      {"text", "VM.get_memory_target", XmlReply("many"), kNoInteger},
      {"null", "VM.get_memory_target", JsonReply("null"), kNoInteger},
      {"list", "VM.get_memory_target", JsonReply("[1]"), kNoInteger},
      {"struct", "VM.get_name_label", JsonReply("{}"),
       "INTERNAL: VM.get_name_label: the result is not a string, which the "
       "schema says it is"},
      {"map for list", "VM.get_tags", JsonReply("{\"a\":\"b\"}"),
       "INTERNAL: VM.get_tags: the result is not a list, which the schema says "
       "it is"},
      {"bad date", "VM.get_snapshot_time", JsonReply("\"yesterday\""),
       "INTERNAL: VM.get_snapshot_time: the result is not a date such as "
       "20260131T09:05:07Z, which the schema says it is"},
      {"anything is void", "VM.set_name_label", JsonReply("{\"a\":[1]}"), ""},
  });
}

TEST(OddRepliesTest, NullReferences) {
  ExpectAll({
      {"null", "VM.get_resident_on", JsonReply("\"OpaqueRef:NULL\""), ""},
      {"empty", "VM.get_resident_on", JsonReply("\"\""), ""},
      {"xml null", "VM.get_resident_on", XmlReply("OpaqueRef:NULL"), ""},
      {"xml empty", "VM.get_resident_on", XmlReply(""), ""},
      {"in a list", "VM.get_VIFs",
       JsonReply(R"(["OpaqueRef:NULL","OpaqueRef:1"])"),
       R"(values: "" values: "OpaqueRef:1")"},
      {"only a string", "VM.get_name_label", JsonReply("\"OpaqueRef:NULL\""),
       R"(value: "OpaqueRef:NULL")"},
  });
}

TEST(OddRepliesTest, ValuesNewerThanTheSchema) {
  ExpectAll({
      {"enum", "VM.get_power_state", JsonReply("\"Frozen\""),
       R"(unrecognized { key: "value" value: "\"Frozen\"" })"},
      {"enum, xml", "VM.get_power_state", XmlReply("Frozen"),
       R"(unrecognized { key: "value" value: "\"Frozen\"" })"},
      {"enum list", "VM.get_allowed_operations",
       JsonReply(R"(["start", "teleport"])"),
       R"(values: VM_OPERATIONS_START unrecognized { key: "values" value: )"
       R"("[\"start\",\"teleport\"]" })"},
      {"field", "VM.get_record",
       JsonReply(R"({"uuid":"u","mood":{"is": "good"},"name_label":"n"})"),
       R"(value { uuid: "u" name_label: "n" unrecognized { key: "mood" value: )"
       R"("{\"is\":\"good\"}" } })"},
      {"field, xml", "VM.get_record",
       XmlReply("<struct><member><name>mood</name><value>1</value></member>"
                "<member><name>uuid</name><value>u</value></member></struct>"),
       R"(value { uuid: "u" unrecognized { key: "mood" value: "\"1\"" } })"},
      {"misfit in a record", "VM.get_record",
       JsonReply(R"({"memory_target":"lots","PV_args":"a"})"),
       R"(value { pv_args: "a" unrecognized { key: "memory_target" value: )"
       R"("\"lots\"" } })"},
      {"misfit in a map", "VM_metrics.get_record",
       JsonReply(R"({"VCPUs_CPU":{"0":3,"x":4,"1":"y","2":5}})"),
       R"(value { vcpus_cpu { key: 0 value: 3 } vcpus_cpu { key: 2 value: 5 } )"
       R"(unrecognized { key: "VCPUs_CPU" value: )"
       R"("{\"0\":3,\"x\":4,\"1\":\"y\",\"2\":5}" } })"},
      {"nan that is kept", "VM.get_record", JsonReply(R"({"mood":[NaN]})"),
       R"(value { unrecognized { key: "mood" value: "[\"NaN\"]" } })"},
      {"lone surrogate", "VM.get_record",
       JsonReply(R"({"name_label":"\ud800","uuid":"u"})"),
       R"(value { uuid: "u" unrecognized { key: "name_label" value: )"
       R"("\"\\ud800\"" } })"},
      {"members from an older host", "VM.get_record", JsonReply("{}"),
       "value { }"},
      {"a record among records that is none", "VM.get_all_records",
       JsonReply(R"({"OpaqueRef:1":{"uuid":"u"},"OpaqueRef:2":[]})"),
       "INTERNAL: VM.get_all_records: the result is not a record, which the "
       "schema says it is"},
  });
}

TEST(OddRepliesTest, EventsHoldRecordsOfTheirClass) {
  const std::string batch =
      R"({"events":[{"id":"7","timestamp":"0.0","class":"vm_metrics",)"
      R"("operation":"add","ref":"OpaqueRef:1","snapshot":{"uuid":"u"}},)"
      R"({"id":"8","timestamp":"0.0","class":"vm","operation":"del",)"
      R"("ref":"OpaqueRef:2"},)"
      R"({"id":"9","timestamp":"0.0","class":"mood","operation":"mod",)"
      R"("ref":"OpaqueRef:3","snapshot":{"a":1}}],)"
      R"("valid_ref_counts":{"vm":1},"token":"1,0"})";
  const std::string text = Decoded("event.from", JsonReply(batch));
  EXPECT_TRUE(absl::StrContains(
      text, "type.googleapis.com/xenapi.v1.VmMetrics"))
      << text;
  EXPECT_TRUE(absl::StrContains(
      text, R"(unrecognized { key: "snapshot" value: "{\"a\":1}" })"))
      << text;
  EXPECT_TRUE(absl::StrContains(text, R"(token: "1,0")")) << text;
  EXPECT_TRUE(absl::StrContains(
      text, R"(valid_ref_counts { key: "vm" value: 1 })"))
      << text;
}

TEST(OddRepliesTest, OddText) {
  ExpectAll({
      {"twice the same key", "VM.get_other_config",
       JsonReply(R"({"a":"1","a":"2"})"), R"(values { key: "a" value: "1" } values { key: "a" value: "2" })"},
      {"escaped key", "VM.get_other_config", JsonReply(R"({"\u0061\"":"1"})"),
       R"(values { key: "a\"" value: "1" })"},
      {"surrogate pair", "VM.get_name_label", JsonReply(R"("\ud83d\ude00")"),
       "value: \"\\360\\237\\230\\200\""},
      {"blank", "VM.get_name_label", XmlReply("  "), R"(value: "  ")"},
      {"cr", "VM.get_name_label", XmlReply("a\r\nb"),
       R"(value: "a\r\nb")"},
      {"entity", "VM.get_name_label", XmlReply("&lt;&#233;&gt;"),
       "value: \"<\\303\\251>\""},
      {"unescaped key", "VM.get_other_config",
       XmlReply("<struct><member><name>a & <b></name><value>1</value></member>"
                "</struct>"),
       R"(values { key: "a & <b>" value: "1" })"},
  });
}

TEST(OddRepliesTest, MalformedReplies) {
  const std::vector<wire::Reply> kReplies = {
      {kJson, ""},
      {kJson, "{}"},
      {kJson, "[]"},
      {kJson, "null"},
      {kJson, R"({"jsonrpc":"2.0","result":"a","id":1}{})"},
      {kJson, R"({"jsonrpc":"2.0","result":"a","id":1)"},
      {kJson, R"({"jsonrpc":"2.0","result":"a" "id":1})"},
      {kJson, R"({"jsonrpc":"2.0","result":"a)"},
      {kJson, "{\"jsonrpc\":\"2.0\",\"result\":\"\xff\",\"id\":1}"},
      {kJson, "{\"jsonrpc\":\"2.0\",\"result\":\"a\nb\",\"id\":1"},
      {kXml, ""},
      {kXml, "<methodResponse/>"},
      {kXml, "<methodResponse><params><param><value>"},
      XmlReply("<&>"),
      XmlReply("&#xD800;"),
      XmlReply("&unknown;"),
      XmlReply("a & b"),
      XmlReply("<!-- a -->"),
      XmlReply("<![CDATA[a]]>"),
      XmlReply("\xff"),
  };
  for (const wire::Reply& reply : kReplies) {
    EXPECT_TRUE(absl::StartsWith(Decoded("VM.get_name_label", reply),
                                 "INTERNAL: VM.get_name_label: "))
        << reply.body << " -> " << Decoded("VM.get_name_label", reply);
  }
}

TEST(OddRepliesTest, RepliesCutOffAnywhere) {
  const Binding& binding = Mirror::Get().Method("VM.get_all_records");
  auto records = Mirror::Get().NewResponse(binding);
  testing::MessageSampler(7).Fill(*records);
  for (const wire::Format format : {kJson, kXml}) {
    const std::string whole = testing::RenderReply(*records, format);
    for (size_t size = 0; size < whole.size(); ++size) {
      wire::Reply reply{format, whole.substr(0, size)};
      EXPECT_EQ(DecodeReply(binding, reply).status().code(),
                absl::StatusCode::kInternal)
          << whole.substr(0, size);
    }
  }
}

TEST(OddRepliesTest, DeepNesting) {
  constexpr int kDepth = 200000;
  const std::string deep =
      std::string(kDepth, '[') + std::string(kDepth, ']');
  const std::string decoded =
      Decoded("VM.get_record", JsonReply(absl::StrCat("{\"mood\":", deep, "}")));
  // Either refused or kept; what matters is that no stack is used up.
  EXPECT_TRUE(absl::StartsWith(decoded, "INTERNAL") ||
              absl::StrContains(decoded, "mood"));
  std::string xml;
  for (int i = 0; i < kDepth; ++i) absl::StrAppend(&xml, "<array><data><value>");
  EXPECT_TRUE(absl::StartsWith(Decoded("VM.get_record", XmlReply(xml)),
                               "INTERNAL"));
}

}  // namespace
}  // namespace xapi_gateway::transcode
