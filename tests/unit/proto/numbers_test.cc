// What becomes of numbers when the model changes.
#include "proto/generator/numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace xapi_gateway::protogen {
namespace {

// "name:type" for each field, separated by commas.
std::vector<std::pair<std::string, std::string>> Pairs(absl::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (absl::string_view item : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    pairs.push_back(absl::StrSplit(item, ':'));
  }
  return pairs;
}

SchemaMessage MessageOf(absl::string_view fields) {
  SchemaMessage message;
  message.name = "Vm";
  for (const auto& [name, type] : Pairs(fields)) {
    SchemaField field;
    field.name = name;
    field.type = type;
    message.fields.push_back(field);
  }
  return message;
}

SchemaEnum EnumOf(absl::string_view values) {
  SchemaEnum enumeration;
  enumeration.name = "State";
  for (const auto& [name, text] : Pairs(values)) {
    enumeration.values.push_back({"", name, text});
  }
  return enumeration;
}

// "a=1 b=2 reserved 3 c": fields, then reserved numbers and names.
std::string Describe(const SchemaMessage& message) {
  std::string text;
  for (const SchemaField& field : message.fields) {
    absl::StrAppend(&text, field.name, "=", field.number, " ");
  }
  text += "reserved";
  for (int number : message.reserved_numbers) {
    absl::StrAppend(&text, " ", number);
  }
  for (const std::string& name : message.reserved_names) {
    absl::StrAppend(&text, " ", name);
  }
  return text;
}

std::string Describe(const SchemaEnum& enumeration) {
  std::string text;
  for (const SchemaEnumValue& value : enumeration.values) {
    absl::StrAppend(&text, value.name, "=", value.number, " ");
  }
  text += "reserved";
  for (int number : enumeration.reserved_numbers) {
    absl::StrAppend(&text, " ", number);
  }
  for (const std::string& name : enumeration.reserved_names) {
    absl::StrAppend(&text, " ", name);
  }
  return text;
}

// The lock goes through its text between two generations, as between releases.
void Reload(Lock* lock) {
  absl::StatusOr<Lock> again = ParseLock(PrintLock(*lock));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(PrintLock(*again), PrintLock(*lock));
  *lock = *std::move(again);
}

// The fields or values of one generation after the other.
struct History {
  const char* what;
  std::vector<const char*> generations;
  const char* expected;  // of the last one
};

std::string LastMessage(const History& history) {
  Lock lock;
  Schema schema;
  for (const char* fields : history.generations) {
    schema.files = {SchemaFile{"vm"}};
    schema.files[0].messages = {MessageOf(fields)};
    EXPECT_TRUE(AssignNumbers(&schema, &lock).ok());
    Reload(&lock);
  }
  return Describe(schema.files[0].messages[0]);
}

std::string LastEnum(const History& history) {
  Lock lock;
  Schema schema;
  for (const char* values : history.generations) {
    schema.files = {SchemaFile{"vm"}};
    schema.files[0].enums = {EnumOf(values)};
    EXPECT_TRUE(AssignNumbers(&schema, &lock).ok());
    Reload(&lock);
  }
  return Describe(schema.files[0].enums[0]);
}

TEST(NumbersTest, KeepsFieldNumbers) {
  const History kHistories[] = {
      {"first generation", {"a:s,b:s"}, "a=1 b=2 reserved"},
      {"nothing changed", {"a:s,b:s", "a:s,b:s"}, "a=1 b=2 reserved"},
      {"other order", {"a:s,b:s", "b:s,a:s"}, "b=2 a=1 reserved"},
      {"inserted", {"a:s,b:s", "a:s,x:s,b:s"}, "a=1 x=3 b=2 reserved"},
      {"removed", {"a:s,b:s", "b:s"}, "b=2 reserved 1 a"},
      {"last removed, one added",
       {"a:s,b:s", "a:s,c:s"},
       "a=1 c=3 reserved 2 b"},
      {"re-added", {"a:s,b:s", "b:s", "a:s,b:s"}, "a=1 b=2 reserved"},
      {"type changed", {"a:s,b:s", "a:i,b:s"}, "a=3 b=2 reserved 1"},
      {"type changed and back",
       {"a:s,b:s", "a:i,b:s", "a:s,b:s"},
       "a=1 b=2 reserved 3"},
      {"re-added with other type",
       {"a:s,b:s", "b:s", "a:i,b:s"},
       "a=3 b=2 reserved 1"},
      {"type changed, then removed",
       {"a:s,b:s", "a:i,b:s", "b:s"},
       "b=2 reserved 1 3 a"},
      {"presence gained", {"a:s", "a:optional s"}, "a=1 reserved"},
      {"presence lost", {"a:optional s", "a:s"}, "a=1 reserved"},
      {"became a list", {"a:s", "a:repeated s"}, "a=2 reserved 1"},
      {"all removed", {"a:s,b:s", ""}, "reserved 1 2 a b"},
  };
  for (const History& history : kHistories) {
    EXPECT_EQ(LastMessage(history), history.expected) << history.what;
  }
}

TEST(NumbersTest, KeepsEnumNumbers) {
  const History kHistories[] = {
      {"first generation", {"A:a,B:b"}, "A=1 B=2 reserved"},
      {"new value in the middle",
       {"A:a,B:b", "A:a,X:x,B:b"},
       "A=1 X=3 B=2 reserved"},
      {"removed", {"A:a,B:b", "B:b"}, "B=2 reserved 1 A"},
      {"re-added", {"A:a,B:b", "B:b", "B:b,A:a"}, "B=2 A=1 reserved"},
      {"text changed", {"A:a,B:b", "A:aa,B:b"}, "A=3 B=2 reserved 1"},
  };
  for (const History& history : kHistories) {
    EXPECT_EQ(LastEnum(history), history.expected) << history.what;
  }
}

TEST(NumbersTest, RemembersAMessageThatGoesAndComesBack) {
  Lock lock;
  Schema schema;
  schema.files = {SchemaFile{"vm"}};
  schema.files[0].messages = {MessageOf("a:s,b:s")};
  ASSERT_TRUE(AssignNumbers(&schema, &lock).ok());
  schema.files[0].messages.clear();
  ASSERT_TRUE(AssignNumbers(&schema, &lock).ok());
  EXPECT_THAT(PrintLock(lock), testing::HasSubstr(R"(["a",1,"s","removed"])"));
  Reload(&lock);
  schema.files[0].messages = {MessageOf("b:s,c:s")};
  ASSERT_TRUE(AssignNumbers(&schema, &lock).ok());
  EXPECT_EQ(Describe(schema.files[0].messages[0]), "b=2 c=3 reserved 1 a");
}

TEST(NumbersTest, SkipsNumbersThatAreTaken) {
  struct Case {
    int last;
    const char* expected;
  };
  const Case kCases[] = {{kUnrecognizedNumber - 1, "z=999 a=1001 reserved"},
                         {18999, "z=18999 a=20000 reserved"}};
  for (const Case& c : kCases) {
    Lock lock;
    lock.messages["Vm"] = {{"z", c.last, "s"}};
    Schema schema;
    schema.files = {SchemaFile{"vm"}};
    schema.files[0].messages = {MessageOf("z:s,a:s")};
    ASSERT_TRUE(AssignNumbers(&schema, &lock).ok());
    EXPECT_EQ(Describe(schema.files[0].messages[0]), c.expected);
  }
}

TEST(NumbersTest, RefusesAFixedNumberThatTheLockContradicts) {
  Lock lock;
  lock.messages["Vm"] = {{"unrecognized", 7, "m"}};
  Schema schema;
  schema.files = {SchemaFile{"vm"}};
  schema.files[0].messages = {MessageOf("unrecognized:m")};
  schema.files[0].messages[0].fields[0].number = kUnrecognizedNumber;
  const absl::Status status = AssignNumbers(&schema, &lock);
  EXPECT_EQ(status.message(),
            "Vm.unrecognized must have number 1000 but the lock says 7");
}

TEST(NumbersTest, RefusesMalformedLocks) {
  for (const char* text : {"{", "[]", "{}", R"({"messages":{"Vm":[["a"]]}})"}) {
    EXPECT_FALSE(ParseLock(text).ok()) << text;
  }
}

Lock ReleasedLock() {
  Lock lock;
  lock.messages["Vm"] = {{"a", 1, "s"}};
  lock.enums["State"] = {{"A", 1, "a"}};
  lock.enum_homes["State"] = "vm";
  lock.rpcs["VM.start"] = {"VmService.Start", "VmStartRequest",
                           "VmStartResponse"};
  return lock;
}

TEST(NumbersTest, TellsWhatBreaks) {
  struct Case {
    void (*change)(Lock*);
    const char* told;
  };
  const Case kCases[] = {
      {[](Lock* l) { l->messages.erase("Vm"); },
       "Vm.a = 1 (s) is neither served nor reserved"},
      {[](Lock* l) { l->messages["Vm"][0].number = 2; },
       "Vm.a = 1 (s) is neither served nor reserved"},
      {[](Lock* l) { l->messages["Vm"][0].what = "i"; },
       "Vm.a = 1 (s) is neither served nor reserved"},
      {[](Lock* l) { l->enums["State"][0].what = "aa"; },
       "State.A = 1 (a) is neither served nor reserved"},
      {[](Lock* l) { l->enum_homes["State"] = "common"; },
       "enum State left vm.proto"},
      {[](Lock* l) { l->rpcs.clear(); }, "VM.start is no longer served"},
      {[](Lock* l) { l->rpcs["VM.start"].live = false; },
       "VM.start is no longer served"},
      {[](Lock* l) { l->rpcs["VM.start"].name = "VmService.Begin"; },
       "VM.start is no longer called VmService.Start"},
      {[](Lock* l) { l->rpcs["VM.start"].request = "SelfRequest"; },
       "VM.start no longer takes a VmStartRequest or returns a "
       "VmStartResponse"},
  };
  for (const Case& c : kCases) {
    Lock lock = ReleasedLock();
    c.change(&lock);
    EXPECT_THAT(BreakingChanges(ReleasedLock(), lock),
                testing::ElementsAre(c.told));
  }
}

TEST(NumbersTest, TellsNothingOfWhatDoesNotBreak) {
  using Change = void (*)(Lock*);
  const Change kChanges[] = {
      [](Lock*) {},
      [](Lock* l) {
        l->messages["Vm"].push_back({"b", 2, "s"});
      },
      [](Lock* l) { l->messages["Vm"][0].live = false; },
      [](Lock* l) { l->messages["Vm"][0].what = "optional s"; },
      [](Lock* l) {
        l->rpcs["VM.stop"] = {"VmService.Stop", "A", "B"};
      },
  };
  for (const Change change : kChanges) {
    Lock lock = ReleasedLock();
    change(&lock);
    EXPECT_THAT(BreakingChanges(ReleasedLock(), lock), testing::IsEmpty());
  }
}

}  // namespace
}  // namespace xapi_gateway::protogen
