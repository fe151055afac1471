// Nothing that was released ever changes its meaning: clients that were
// compiled against proto/model/released.json must understand today's mirror.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/embedded_descriptors.h"
#include "tests/golden/proto/compile.h"
#include "tests/golden/proto/descriptors.h"
#include "tests/golden/proto/files.h"

namespace xapi_gateway::protogen {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::json;

// A released field: [name, number, type], and "removed" if it was reserved.
struct Entry {
  explicit Entry(const Json& json)
      : name(json.at(0)), number(json.at(1)), what(json.at(2)) {}
  std::string name;
  int number;
  std::string what;
};

bool Serves(const pb::Descriptor& message, const Entry& entry) {
  const pb::FieldDescriptor* field = message.FindFieldByNumber(entry.number);
  absl::string_view type = entry.what;
  absl::ConsumePrefix(&type, "optional ");
  return field != nullptr && field->name() == entry.name &&
         DeclaredType(*field) == type;
}

bool Serves(const pb::EnumDescriptor& enumeration, const Entry& entry) {
  const pb::EnumValueDescriptor* value =
      enumeration.FindValueByNumber(entry.number);
  return value != nullptr && value->name() == entry.name;
}

bool NameIsTaken(const pb::Descriptor& message, const std::string& name) {
  return message.FindFieldByName(name) != nullptr ||
         message.IsReservedName(name);
}

bool NameIsTaken(const pb::EnumDescriptor& enumeration,
                 const std::string& name) {
  return enumeration.FindValueByName(name) != nullptr ||
         enumeration.IsReservedName(name);
}

// Reserved: the number surely; the name too, unless it now has another number.
template <typename D>
bool Reserves(const D& owner, const Entry& entry) {
  return owner.IsReservedNumber(entry.number) && NameIsTaken(owner, entry.name);
}

template <typename D>
void CheckOwner(const std::string& name, const Json& entries, const D* owner,
                std::vector<std::string>* broken) {
  if (owner == nullptr) {
    const bool was_there =
        std::any_of(entries.begin(), entries.end(),
                    [](const Json& item) { return item.size() == 3; });
    if (was_there) broken->push_back(name + " is gone");
    return;
  }
  for (const Json& item : entries) {
    const Entry entry(item);
    if (Serves(*owner, entry) || Reserves(*owner, entry)) continue;
    broken->push_back(absl::StrCat(name, ".", entry.name, " = ", entry.number));
  }
}

std::string ShortName(absl::string_view full) {
  absl::ConsumePrefix(&full, "xenapi.v1.");
  return std::string(full);
}

// The name and the types of an RPC as the lock lists them.
Json Signature(const pb::MethodDescriptor& rpc) {
  return {absl::StrCat(std::string(rpc.service()->name()), ".",
                       std::string(rpc.name())),
          ShortName(rpc.input_type()->full_name()),
          ShortName(rpc.output_type()->full_name())};
}

void CheckRpc(const std::string& method, const Json& signature,
              const Descriptors& now, std::vector<std::string>* broken) {
  const auto found = now.rpcs().find(method);
  const bool kept =
      found != now.rpcs().end() && Signature(*found->second) == signature;
  if (!kept) broken->push_back(method);
}

// What of the released lock today's mirror no longer keeps.
std::vector<std::string> Broken(const Json& released, const Descriptors& now) {
  std::vector<std::string> broken;
  for (const auto& [name, fields] : released.at("messages").items()) {
    CheckOwner(name, fields, now.Message(name), &broken);
  }
  for (const auto& [name, values] : released.at("enums").items()) {
    CheckOwner(name, values, now.Enum(name), &broken);
  }
  for (const auto& [name, home] : released.at("enum_homes").items()) {
    const pb::EnumDescriptor* now_there = now.Enum(name);
    const std::string file =
        absl::StrCat("xenapi/v1/", home.get<std::string>(), ".proto");
    if (now_there != nullptr && now_there->file()->name() != file) {
      broken.push_back(absl::StrCat(name, " left ", file));
    }
  }
  for (const auto& [method, signature] : released.at("rpcs").items()) {
    if (signature.size() == 3) CheckRpc(method, signature, now, &broken);
  }
  return broken;
}

Json Released() {
  return Json::parse(ReadProjectFile("proto/model/released.json"));
}

TEST(ReleasedTest, TheMirrorKeepsAllThatWasReleased) {
  const Json released = Released();
  EXPECT_GE(released.at("rpcs").size(), 2446u);
  EXPECT_THAT(Broken(released, Descriptors(DescriptorSet())),
              testing::IsEmpty());
}

Json& Class(Json& model, const std::string& name) {
  for (Json& klass : model.at("classes")) {
    if (klass.at("name") == name) return klass;
  }
  ADD_FAILURE() << "no class " << name;
  return model;
}

Json& Member(Json& klass, const char* list, const std::string& name) {
  for (Json& member : klass.at(list)) {
    if (member.at("name") == name) return member;
  }
  ADD_FAILURE() << "no member " << name;
  return klass;
}

void Drop(Json& klass, const char* list, const std::string& name) {
  Json& members = klass.at(list);
  for (size_t i = 0; i < members.size(); ++i) {
    if (members[i].at("name") == name) return members.erase(i);
  }
  ADD_FAILURE() << "no member " << name;
}

// A change of the model between two releases.
struct Change {
  const char* what;
  void (*make)(Json* model);
  bool with_lock;      // whether the lock file was kept
  const char* broken;  // the first thing broken, or "" if nothing is
};

constexpr Change kChanges[] = {
    {"a field is removed",
     [](Json* m) { Drop(Class(*m, "VM"), "fields", "is_a_template"); }, true,
     ""},
    {"a field is removed and the lock lost",
     [](Json* m) { Drop(Class(*m, "VM"), "fields", "is_a_template"); }, false,
     "Vm.actions_after_crash"},
    {"a field gets another type",
     [](Json* m) {
       Member(Class(*m, "VM"), "fields", "start_delay")["type"] = "string";
     },
     true, ""},
    {"a field gets another type and the lock is lost",
     [](Json* m) {
       Member(Class(*m, "VM"), "fields", "start_delay")["type"] = "string";
     },
     false, "Vm.start_delay"},
    {"a parameter is inserted",
     [](Json* m) {
       Json& params = Member(Class(*m, "VM"), "messages", "start")["params"];
       params.insert(params.begin(),
                     Json::object({{"name", "x"}, {"type", "int"}}));
     },
     true, ""},
    {"a parameter is inserted and the lock lost",
     [](Json* m) {
       Json& params = Member(Class(*m, "VM"), "messages", "start")["params"];
       params.insert(params.begin(),
                     Json::object({{"name", "x"}, {"type", "int"}}));
     },
     false, "VmStartRequest.force"},
    {"an enum loses a value",
     [](Json* m) {
       Json& e = Member(*m, "enums", "vm_power_state");
       e["values"].erase(0);
     },
     true, ""},
    {"an enum loses a value and the lock is lost",
     [](Json* m) {
       Json& e = Member(*m, "enums", "vm_power_state");
       e["values"].erase(0);
     },
     false, "VmPowerState.VM_POWER_STATE_HALTED"},
    {"a message is removed",
     [](Json* m) { Drop(Class(*m, "VM"), "messages", "get_uuid"); }, true,
     "VM.get_uuid"},
    {"a message is hidden",
     [](Json* m) {
       Member(Class(*m, "VM"), "messages", "start")["hidden"] = true;
     },
     true, "Async.VM.start"},
    {"a message is no longer asynchronous",
     [](Json* m) {
       Member(Class(*m, "VM"), "messages", "start")["async"] = false;
     },
     true, "VmStartProgress is gone"},
    {"an accessor outgrows its shared request",
     [](Json* m) {
       Json& setter = Member(Class(*m, "VM"), "messages", "set_tags");
       setter["kind"] = "custom";
       setter["params"].push_back({{"name", "x"}, {"type", "int"}});
     },
     true, "VM.set_tags"},
};

TEST(ReleasedTest, ChangesOfTheModelBreakOnlyWhatTheyMust) {
  const Json released = Released();
  for (const Change& change : kChanges) {
    SCOPED_TRACE(change.what);
    Inputs inputs = CheckedInInputs();
    Json model = Json::parse(inputs.model);
    change.make(&model);
    inputs.model = model.dump();
    if (!change.with_lock) inputs.lock.clear();
    const absl::StatusOr<Outputs> outputs = Generate(inputs);
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    const std::vector<std::string> broken =
        Broken(released, Descriptors(CompileMirror(outputs->files)));
    if (std::string(change.broken).empty()) {
      EXPECT_THAT(broken, testing::IsEmpty());
    } else {
      EXPECT_THAT(broken,
                  testing::Contains(testing::StartsWith(change.broken)));
    }
  }
}

}  // namespace
}  // namespace xapi_gateway::protogen
