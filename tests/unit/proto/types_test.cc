#include "proto/generator/types.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace xapi_gateway::protogen {
namespace {

// The field as it would be printed, without name and number.
std::string Image(const std::string& text) {
  const absl::StatusOr<Type> type = ParseType(text);
  if (!type.ok()) return std::string(type.status().message());
  const absl::StatusOr<SchemaField> field = FieldOfType(*type);
  if (!field.ok()) return std::string(field.status().message());
  std::string image = field->TypeText();
  for (const SchemaOption& option : field->options) {
    absl::StrAppend(&image, " ", option.name, "=", option.value);
  }
  return image;
}

TEST(TypesTest, MapsTypes) {
  struct Case {
    const char* type;
    const char* image;
  };
  const Case kCases[] = {
      {"string", "string"},
      {"int", "int64"},
      {"float", "double"},
      {"bool", "bool"},
      {"datetime", "google.protobuf.Timestamp"},
      {"enum vm_power_state", "VmPowerState"},
      {"VM ref", "string (xenapi.v1.ref)=\"VM\""},
      {"VM record", "Vm"},
      {"event_on_wire record set", "repeated Event"},
      {"<class> record option",
       "google.protobuf.Any (xenapi.v1.record_of_class)=true"},
      {"string option", "optional string"},
      {"sr_stat record option", "SrStat"},
      {"int set", "repeated int64"},
      {"VBD ref set", "repeated string (xenapi.v1.ref)=\"VBD\""},
      {"string set set", "repeated StringList"},
      {"(string -> string) map", "map<string, string>"},
      {"(int -> float) map", "map<int64, double>"},
      {"(int -> string set) map", "map<int64, StringList>"},
      {"(VM ref -> (string -> string) map) map",
       "map<string, StringMap> (xenapi.v1.key_ref)=\"VM\""},
      {"(VDI ref -> SR ref) map",
       "map<string, string> (xenapi.v1.ref)=\"SR\" "
       "(xenapi.v1.key_ref)=\"VDI\""},
      {"(enum vm_operations -> string) map",
       "map<string, string> (xenapi.v1.key_enum)=\"VmOperations\""},
      {"(VM ref -> VM record) map",
       "map<string, Vm> (xenapi.v1.key_ref)=\"VM\""},
  };
  for (const Case& c : kCases) EXPECT_EQ(Image(c.type), c.image);
}

TEST(TypesTest, RefusesWhatHasNoImage) {
  struct Case {
    const char* type;
    const char* message;
  };
  const Case kCases[] = {
      {"", "type \"\" does not follow the grammar"},
      {"strin", "type \"strin\" does not follow the grammar"},
      {"string -> int) map", "type \"string -> int\" does not follow"},
      {"(string) map", "type \"string\" does not follow the grammar"},
      {"(string -> flub) map", "type \"flub\" does not follow the grammar"},
      {"VM ref set set", "no Protobuf type stands for a set of VM references"},
      {"(float -> int) map", "no Protobuf type stands for a float"},
      {"int set set", "no Protobuf type stands for a set of int"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Image(c.type).rfind(c.message, 0), 0u) << Image(c.type);
  }
}

TEST(TypesTest, DescribesTypes) {
  struct Case {
    const char* type;
    const char* text;
  };
  const Case kCases[] = {
      {"string", "string"},
      {"VM ref", "VM reference"},
      {"VM ref set", "set of VM references"},
      {"enum on_boot", "enum on_boot"},
      {"enum vm_operations set", "set of values of vm_operations"},
      {"string set set", "set of sets of strings"},
      {"(VM ref -> (string -> int) map) map",
       "map from VM references to maps from strings to ints"},
      {"sr_stat record option", "optional sr_stat record"},
  };
  for (const Case& c : kCases) {
    const absl::StatusOr<Type> type = ParseType(c.type);
    ASSERT_TRUE(type.ok()) << type.status();
    EXPECT_EQ(DescribeType(*type), c.text);
  }
}

TEST(TypesTest, KnowsWhichMessagesAreShared) {
  struct Case {
    const char* type;
    const char* word;
  };
  const Case kCases[] = {
      {"void", "Empty"},
      {"string", "String"},
      {"VM ref set", "RefList"},
      {"enum on_boot", "OnBoot"},
      {"enum vm_operations set", "VmOperationsList"},
      {"(string -> enum vm_operations) map", "VmOperationsMap"},
      {"(string -> blob ref) map", "RefMap"},
      {"VM record", "VmRecord"},
      {"(VM ref -> VM record) map", "VmRecords"},
      {"(VM ref -> string) map", ""},
      {"(VM ref -> host record) map", ""},
      {"string set set", ""},
      {"event record set", ""},
  };
  for (const Case& c : kCases) {
    const absl::StatusOr<Type> type = ParseType(c.type);
    ASSERT_TRUE(type.ok()) << type.status();
    EXPECT_EQ(SharedWord(*type), c.word) << c.type;
  }
}

}  // namespace
}  // namespace xapi_gateway::protogen
