// Requests that are refused before anything is sent.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/transcode/request_encoder.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/unit/transcode/mirror.h"

namespace xapi_gateway::transcode {
namespace {

std::string Bytes(const char* method, const std::string& text) {
  auto request = Mirror::Get().NewRequest(Mirror::Get().Method(method));
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(text, request.get()))
      << text;
  return request->SerializeAsString();
}

std::string Encoded(const char* method, const std::string& bytes,
                    wire::Format format = wire::Format::kJsonRpc) {
  const absl::StatusOr<std::string> arguments =
      EncodeArguments(Mirror::Get().Method(method), bytes, format);
  return arguments.ok() ? *arguments : arguments.status().ToString();
}

TEST(BadRequestsTest, FaultsNameTheField) {
  struct Case {
    const char* name;
    const char* method;
    std::string request;
    const char* fault;
  };
  const Case kCases[] = {
      {"no subject", "VM.get_name_label", "",
       "self: must be set: it is the object that the call is made on"},
      {"uuid", "VM.get_name_label",
       R"(self: "5c08e404-8001-ed2e-6966-fcb9825748e6")",
       "self: is a uuid where an opaque reference is due"},
      {"control character", "VM.set_name_label",
       R"(self: "OpaqueRef:1" value: "a\001")",
       "value: holds a control character"},
      {"empty map key", "VM.set_other_config",
       R"(self: "OpaqueRef:1" value { key: "" value: "x" })",
       "value: has an empty key"},
      {"map value", "VM.set_other_config",
       R"(self: "OpaqueRef:1" value { key: "k" value: "\001" })",
       "value[\"k\"]: holds a control character"},
      {"list member", "VM.set_tags",
       R"(self: "OpaqueRef:1" value: "ok" value: "\001")",
       "value[1]: holds a control character"},
      {"enum unset", "VM.set_actions_after_crash", R"(self: "OpaqueRef:1")",
       "value: must be set to a value of xenapi.v1.OnCrashBehaviour"},
      {"record field", "network.create",
       R"(record { name_label: "x" other_config { key: "k" value: "\001" } })",
       "record.other_config[\"k\"]: holds a control character"},
  };
  for (const Case& c : kCases) {
    EXPECT_TRUE(absl::StrContains(Encoded(c.method, Bytes(c.method, c.request)),
                                  absl::StrCat("INVALID_ARGUMENT: ", c.fault)))
        << c.name << ": " << Encoded(c.method, Bytes(c.method, c.request));
  }
}

TEST(BadRequestsTest, RawBytes) {
  struct Case {
    const char* name;
    std::string bytes;
    const char* fault;
  };
  const std::string self = "\x0a\x0bOpaqueRef:1";
  const Case kCases[] = {
      {"garbage", "\xff\xff\xff", "the bytes are no valid"},
      {"length beyond the end", "\x0a\x7f", "the bytes are no valid"},
      {"not UTF-8", self + "\x12\x01\xff", "value: is not valid UTF-8"},
      {"wire type", self + "\x10\x01", "value: has the wrong Protobuf wire"},
      {"unknown field", self + "\x12\x01" "a\xf8\x01\x01",
       "field number 31 is not in"},
  };
  for (const Case& c : kCases) {
    const std::string encoded = Encoded("VM.set_name_label", c.bytes);
    EXPECT_TRUE(absl::StrContains(
        encoded, absl::StrCat("INVALID_ARGUMENT: ", c.fault)))
        << c.name << ": " << encoded;
  }
}

TEST(BadRequestsTest, UnknownEnumNumber) {
  const std::string bytes =
      Bytes("VM.set_actions_after_crash", R"(self: "OpaqueRef:1" value: 1)");
  std::string unknown = bytes;
  unknown.back() = 99;
  EXPECT_TRUE(absl::StrContains(
      Encoded("VM.set_actions_after_crash", unknown),
      "value: is 99, which is no value of xenapi.v1.OnCrashBehaviour"))
      << Encoded("VM.set_actions_after_crash", unknown);
}

TEST(RequestsTest, DefaultsAreLeftOut) {
  struct Case {
    const char* method;
    std::string request;
    const char* arguments;
  };
  const Case kCases[] = {
      {"host.evacuate", R"(host: "OpaqueRef:1")", R"("OpaqueRef:1")"},
      {"host.evacuate", R"(host: "OpaqueRef:1" evacuate_batch_size: 2)",
       R"("OpaqueRef:1","OpaqueRef:NULL",2)"},
      {"session.login_with_password", R"(uname: "u" pwd: "p")", R"("u","p")"},
      {"session.login_with_password",
       R"(uname: "u" pwd: "p" originator: "o")", R"("u","p","1.1","o")"},
      {"VM.snapshot", R"(vm: "OpaqueRef:1" new_name: "n")",
       R"("OpaqueRef:1","n")"},
      {"VM.snapshot",
       R"(vm: "OpaqueRef:1" new_name: "n" ignore_vdis: "OpaqueRef:2")",
       R"("OpaqueRef:1","n",["OpaqueRef:2"])"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Encoded(c.method, Bytes(c.method, c.request)), c.arguments);
  }
}

TEST(RequestsTest, AnUnsetReferenceIsNull) {
  EXPECT_EQ(Encoded("VM.set_affinity",
                    Bytes("VM.set_affinity", R"(self: "OpaqueRef:1")")),
            R"("OpaqueRef:1","OpaqueRef:NULL")");
}

TEST(RequestsTest, ConstructorsGetWhatTheyTake) {
  const std::string arguments =
      Encoded("network.create",
              Bytes("network.create",
                    R"(record { name_label: "n" mtu: 9000 uuid: "not sent"
                                bridge: "" })"));
  EXPECT_TRUE(absl::StrContains(arguments, R"("name_label":"n")")) << arguments;
  EXPECT_TRUE(absl::StrContains(arguments, R"("MTU":9000)")) << arguments;
  EXPECT_FALSE(absl::StrContains(arguments, "uuid")) << arguments;
  EXPECT_FALSE(absl::StrContains(arguments, "managed")) << arguments;
}

TEST(RequestsTest, RepeatedFieldsFollowProtobuf) {
  const std::string once = Bytes("VM.set_name_label",
                                 R"(self: "OpaqueRef:1" value: "first")");
  const std::string again = Bytes("VM.set_name_label", R"(value: "last")");
  EXPECT_EQ(Encoded("VM.set_name_label", once + again),
            R"("OpaqueRef:1","last")");
  const std::string map = Bytes(
      "VM.set_other_config",
      R"(self: "OpaqueRef:1" value { key: "k" value: "1" })");
  const std::string key_again = Bytes("VM.set_other_config",
                                      R"(value { key: "k" value: "2" })");
  EXPECT_EQ(Encoded("VM.set_other_config", map + key_again),
            R"("OpaqueRef:1",{"k":"2"})");
}

}  // namespace
}  // namespace xapi_gateway::transcode
