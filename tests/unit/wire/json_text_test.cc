#include "backend/wire/json_text.h"

#include <cmath>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace xapi_gateway::wire {
namespace {

std::string Copy(absl::string_view text) {
  std::string out;
  AppendJsonValue(text.data(), text.data() + text.size(), out);
  return out;
}

TEST(JsonTextTest, CopiesOneValue) {
  struct Case {
    const char* text;
    const char* value;
  };
  const Case kCases[] = {
      {"1,2", "1"},
      {"\"a,b\",2", "\"a,b\""},
      {R"("a\"]" ])", R"("a\"]")"},
      {"[1, [2 ,3]],4", "[1,[2,3]]"},
      {R"({"a" : {"]" : null}}})", R"({"a":{"]":null}})"},
      {"true}", "true"},
      {"NaN]", "\"NaN\""},
      {"[-Infinity,1.5]", "[\"-Infinity\",1.5]"},
      {"[\"NaN\"]", "[\"NaN\"]"},
      {"[1", "[1"},
      {"\"cut", "\"cut"},
      {"\"cut\\", "\"cut\\"},
      {"", ""},
  };
  for (const Case& c : kCases) EXPECT_EQ(Copy(c.text), c.value) << c.text;
}

TEST(JsonTextTest, ReadsSpecialDoubles) {
  double value = 0;
  EXPECT_TRUE(ParseSpecialDouble("NaN ", &value));
  EXPECT_TRUE(std::isnan(value));
  EXPECT_TRUE(ParseSpecialDouble("\"-inf\"", &value));
  EXPECT_EQ(value, -HUGE_VAL);
  EXPECT_TRUE(ParseSpecialDouble("+Infinity", &value));
  EXPECT_EQ(value, HUGE_VAL);
  for (const char* other : {"1", "", "\"", "nan1", "-", "null"}) {
    EXPECT_FALSE(ParseSpecialDouble(other, &value)) << other;
  }
}

TEST(JsonTextTest, ReadsQuotedIntegers) {
  int64_t value = 0;
  EXPECT_TRUE(ParseQuotedInt("\"-9223372036854775808\" ", &value));
  EXPECT_EQ(value, INT64_MIN);
  for (const char* other : {"\"\"", "\"1.0\"", "\"1", "\"9223372036854775808\""}) {
    EXPECT_FALSE(ParseQuotedInt(other, &value)) << other;
  }
}

}  // namespace
}  // namespace xapi_gateway::wire
