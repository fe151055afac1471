// The whole generator on a model of two classes that changes.
#include "proto/generator/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace xapi_gateway::protogen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

constexpr char kModel[] = R"({
  "enums": [
    {"name": "power", "classes": ["VM"], "values": ["On", "Off"]},
    {"name": "task_status_type", "classes": ["task"], "values": ["pending"]}],
  "structs": [],
  "role_sets": [
    {"name": "ALL", "roles": ["pool-admin", "read-only", "client-cert"]},
    {"name": "VM_OP", "roles": ["pool-admin", "vm-operator"]},
    {"name": "NONE", "roles": []}],
  "classes": [
    {"name": "VM",
     "constructor_required": ["memory"], "constructor_optional": ["scale"],
     "fields": [
       {"name": "uuid", "type": "string"},
       {"name": "memory", "type": "int"},
       {"name": "scale", "type": "float", "default": 1.5},
       {"name": "power", "type": "enum power"},
       {"name": "secret_port", "type": "int", "internal_only": true}],
     "messages": [
       {"name": "start", "kind": "custom", "result": "void", "async": true,
        "needs_session": true, "roles": "VM_OP",
        "params": [{"name": "vm", "type": "VM ref"},
                   {"name": "force", "type": "bool", "default": true}]},
       {"name": "get_power", "kind": "field_get", "field": "power",
        "result": "enum power", "async": false, "needs_session": true,
        "roles": "ALL", "params": [{"name": "self", "type": "VM ref"}]},
       {"name": "set_memory", "kind": "field_set", "field": "memory",
        "result": "void", "async": false, "needs_session": true,
        "roles": "NONE", "params": [{"name": "self", "type": "VM ref"},
                                    {"name": "value", "type": "int"}]},
       {"name": "create", "kind": "create", "result": "VM ref", "async": false,
        "needs_session": true, "roles": "ALL",
        "params": [{"name": "args", "type": "VM record"}]},
       {"name": "csvm", "kind": "custom", "result": "void", "async": false,
        "needs_session": true, "roles": "ALL", "params": [], "hidden": true}]},
    {"name": "host", "fields": [], "messages": [
       {"name": "login", "kind": "custom", "result": "session ref",
        "async": false, "needs_session": false, "roles": "ALL",
        "params": [{"name": "pwd", "type": "string"}]}]}]
})";

Json& Vm(Json& model) { return model["classes"][0]; }

Outputs MustGenerate(const Json& model, const std::string& lock = "",
                     const std::string& secrets = "",
                     const std::string& prose = "") {
  const absl::StatusOr<Outputs> outputs =
      Generate({model.dump(), lock, "", secrets, prose});
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  return outputs.ok() ? *outputs : Outputs();
}

// What the change of the model does to the text of vm.proto.
Outputs Regenerate(void (*change)(Json*)) {
  Json model = Json::parse(kModel);
  const std::string lock = MustGenerate(model).lock;
  change(&model);
  return MustGenerate(model, lock);
}

TEST(GenerateTest, WritesAService) {
  const std::string vm = MustGenerate(Json::parse(kModel)).files["vm.proto"];
  EXPECT_THAT(vm, HasSubstr(R"(
  // Calls `VM.start`. Role: vm-operator.
  rpc Start(VmStartRequest) returns (VmStartResponse) {
    option (xenapi.v1.rpc) = {
      method: "VM.start"
      role: VM_OPERATOR
    };
  }

  // Calls `Async.VM.start`: streams the progress of its task, then its result.
  // Role: vm-operator.
  rpc StartAsync(VmStartRequest) returns (stream VmStartProgress) {
    option (xenapi.v1.rpc) = {
      method: "Async.VM.start"
      role: VM_OPERATOR
    };
  }
)"));
  EXPECT_THAT(vm, HasSubstr(R"(
  // Calls `VM.set_memory`. Role: local root.
  rpc SetMemory(SetInt64Request) returns (EmptyResponse) {
    option (xenapi.v1.rpc) = {
      method: "VM.set_memory"
      role: LOCAL_ROOT
    };
    option idempotency_level = IDEMPOTENT;
  }
)"));
  EXPECT_THAT(vm, Not(HasSubstr("csvm")));
}

TEST(GenerateTest, WritesMessages) {
  const std::string vm = MustGenerate(Json::parse(kModel)).files["vm.proto"];
  EXPECT_THAT(vm, HasSubstr(R"(
// The parameters of `VM.start`.
message VmStartRequest {
  // `vm`: VM reference.
  string vm = 1 [(xenapi.v1.ref) = "VM"];
  // `force`: bool. If unset, the server assumes true.
  optional bool force = 2 [(xenapi.v1.default_json) = "true"];
}
)"));
  EXPECT_THAT(vm, HasSubstr(R"(
  // `scale`: float.
  optional double scale = 3 [(xenapi.v1.constructor) = CONSTRUCTOR_OPTIONAL];
  // `power`: enum power.
  Power power = 4;
  // What the record holds beyond this schema: JSON text by the name on the
  // wire.
  map<string, string> unrecognized = 1000;
}
)"));
  EXPECT_THAT(vm, HasSubstr(R"(
message PowerResponse {
  // The value.
  Power value = 1;
  // What the result holds beyond this schema: JSON text by the name on the
  // wire.
  map<string, string> unrecognized = 1000;
}
)"));
  EXPECT_THAT(vm, Not(HasSubstr("secret_port")));
}

TEST(GenerateTest, MarksCredentialsAndListedSecrets) {
  const std::string host =
      MustGenerate(Json::parse(kModel), "", R"(["host.login/pwd"])")
          .files["host.proto"];
  EXPECT_THAT(host, HasSubstr("no_session: true\n      secret: true"));
  EXPECT_THAT(host, HasSubstr("string pwd = 1 [(xenapi.v1.secret) = true];"));
}

TEST(GenerateTest, PutsProseBeforeFacts) {
  const std::string vm = MustGenerate(Json::parse(kModel), "", "",
                                      R"({"VM.start": "Boots a machine."})")
                             .files["vm.proto"];
  EXPECT_THAT(vm, HasSubstr("  // Boots a machine.\n  //\n  // Calls `VM.st"));
}

TEST(GenerateTest, InsertedParameterKeepsOrderAndNumbers) {
  const Outputs outputs = Regenerate([](Json* model) {
    Json& params = Vm(*model)["messages"][0]["params"];
    params.insert(params.begin() + 1,
                  Json::object({{"name", "host"}, {"type", "string"}}));
  });
  EXPECT_THAT(outputs.files.at("vm.proto"), HasSubstr(R"(
  // `host`: string.
  string host = 3;
  // `force`: bool. If unset, the server assumes true.
  optional bool force = 2 [)"));
  EXPECT_THAT(outputs.breaking_changes, IsEmpty());
}

TEST(GenerateTest, RemovedFieldAndValueAreReserved) {
  const Outputs outputs = Regenerate([](Json* model) {
    Vm(*model)["fields"].erase(1);
    (*model)["enums"][0]["values"] = {"Off", "Paused"};
  });
  EXPECT_THAT(outputs.files.at("vm.proto"),
              HasSubstr("  reserved 2;\n  reserved \"memory\";\n\n"));
  EXPECT_THAT(outputs.files.at("vm.proto"), HasSubstr(R"(
enum Power {
  reserved 1;
  reserved "POWER_ON";
  // No value, or one that this schema does not know.
  POWER_UNSPECIFIED = 0;
  // `Off`.
  POWER_OFF = 2 [(xenapi.v1.text) = "Off"];
  // `Paused`.
  POWER_PAUSED = 3 [(xenapi.v1.text) = "Paused"];
}
)"));
  EXPECT_THAT(outputs.breaking_changes, IsEmpty());
}

TEST(GenerateTest, SetterThatBecomesCustomKeepsItsSharedTypes) {
  const Outputs outputs = Regenerate(
      [](Json* model) { Vm(*model)["messages"][2]["kind"] = "custom"; });
  EXPECT_THAT(outputs.files.at("vm.proto"),
              HasSubstr("rpc SetMemory(SetInt64Request) returns (EmptyRes"));
  EXPECT_THAT(outputs.breaking_changes, IsEmpty());
}

TEST(GenerateTest, CustomMessageThatBecomesImplicitKeepsItsOwnTypes) {
  Json model = Json::parse(kModel);
  Vm(model)["messages"][2]["kind"] = "custom";
  const std::string lock = MustGenerate(model).lock;
  Vm(model)["messages"][2]["kind"] = "field_set";
  const Outputs outputs = MustGenerate(model, lock);
  EXPECT_THAT(outputs.files.at("vm.proto"),
              HasSubstr("rpc SetMemory(VmSetMemoryRequest) returns (VmSetMe"));
  EXPECT_THAT(outputs.breaking_changes, IsEmpty());
}

TEST(GenerateTest, SetterThatOutgrowsItsSharedTypesIsToldOf) {
  const Outputs outputs = Regenerate([](Json* model) {
    Json& setter = Vm(*model)["messages"][2];
    setter["kind"] = "custom";
    setter["params"].push_back({{"name", "live"}, {"type", "bool"}});
  });
  EXPECT_THAT(outputs.breaking_changes,
              ElementsAre("VM.set_memory no longer takes a SetInt64Request or "
                          "returns a EmptyResponse"));
}

TEST(GenerateTest, RemovedMessageIsToldOf) {
  const Outputs outputs =
      Regenerate([](Json* model) { Vm(*model)["messages"].erase(1); });
  EXPECT_THAT(outputs.breaking_changes,
              ElementsAre("VM.get_power is no longer served"));
}

TEST(GenerateTest, EnumStaysInItsFileWhenOthersUseIt) {
  const Outputs outputs = Regenerate([](Json* model) {
    (*model)["classes"][1]["fields"] = {
        {{"name", "power"}, {"type", "enum power"}}};
  });
  EXPECT_THAT(outputs.files.at("vm.proto"), HasSubstr("enum Power {"));
  EXPECT_THAT(outputs.files.at("host.proto"),
              HasSubstr("import \"xenapi/v1/vm.proto\";"));
  EXPECT_THAT(outputs.breaking_changes, IsEmpty());
}

TEST(GenerateTest, SaysWhatItCannotGenerate) {
  struct Case {
    void (*change)(Json*);
    const char* message;
  };
  const Case kCases[] = {
      {[](Json* m) { Vm(*m)["messages"][0].erase("roles"); },
       "the model cannot be read"},
      {[](Json* m) { Vm(*m)["messages"][0]["roles"] = "KING"; },
       "the model has no role set KING"},
      {[](Json* m) { Vm(*m)["fields"][0]["type"] = "strung"; },
       "type \"strung\" does not follow the grammar"},
      {[](Json* m) { Vm(*m)["messages"][0]["result"] = "int set set"; },
       "VM.start: no Protobuf type stands for a set of ints in this place"},
      {[](Json* m) { Vm(*m)["name"] = "task_progress"; },
       "two messages want to be named TaskProgress"},
  };
  for (const Case& c : kCases) {
    Json model = Json::parse(kModel);
    c.change(&model);
    const absl::StatusOr<Outputs> outputs =
        Generate({model.dump(), "", "", "", ""});
    ASSERT_FALSE(outputs.ok()) << c.message;
    EXPECT_THAT(std::string(outputs.status().message()), HasSubstr(c.message));
  }
}

TEST(GenerateTest, RefusesMalformedNotes) {
  const std::string model = kModel;
  EXPECT_FALSE(Generate({"{", "", "", "", ""}).ok());
  EXPECT_FALSE(Generate({model, "{", "", "", ""}).ok());
  EXPECT_FALSE(Generate({model, "", "[]", "", ""}).ok());
  EXPECT_FALSE(Generate({model, "", "", "{}x", ""}).ok());
  EXPECT_FALSE(Generate({model, "", "", "", "[1]"}).ok());
}

}  // namespace
}  // namespace xapi_gateway::protogen
