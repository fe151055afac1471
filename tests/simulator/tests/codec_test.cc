#include "tests/simulator/codec.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

struct JsonCase {
  const char* text;
  const char* written;
};

TEST(JsonTest, WritesWhatTheRealServerWrites) {
  constexpr JsonCase kCases[] = {
      {"1.0", "1.0"},
      {"-0.0", "-0.0"},
      {"1e300", "1e+300"},
      {"0.1", "0.1"},
      {"5e-324", "4.940656458412465e-324"},
      {"0.3333333333333333", "0.3333333333333333"},
      {"NaN", "NaN"},
      {"Infinity", "Infinity"},
      {"-Infinity", "-Infinity"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}"},
      {"\"\\u00e9 \\ud83d\\ude00\"", "\"é 😀\""},
      {"\"\\u0001\\u007f\"", "\"\\u0001\\u007f\""},
  };
  for (const JsonCase& c : kCases) {
    Value value;
    ASSERT_TRUE(FromJson(c.text, &value)) << c.text;
    EXPECT_EQ(ToJson(value), c.written) << c.text;
  }
}

TEST(JsonTest, RefusesWholeNumbersBeyond64Bits) {
  Value value;
  EXPECT_FALSE(FromJson("9223372036854775808", &value));
  EXPECT_FALSE(FromJson("-9223372036854775809", &value));
}

TEST(JsonTest, RefusesRequestsWithoutUsableId) {
  for (const char* body :
       {"{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":[]}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"x\",\"params\":[]}",
        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"x\",\"params\":[]}",
        "{\"jsonrpc\":\"3.0\",\"id\":1,\"method\":\"x\",\"params\":[]}",
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":[]}]",
        "{\"id\":1,\"method\":\"x\"}", "{\"jsonrpc\":\"2.0\",", ""}) {
    EXPECT_FALSE(ParseJsonCall(body).ok) << body;
  }
}

TEST(JsonTest, ShapesErrorsByVersion) {
  Error error{{"CODE", "p"}};
  WireCall two{Wire::kJson2, "m", {}, "1"};
  EXPECT_EQ(WriteReply(two, error, {}),
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"CODE\","
            "\"data\":[\"p\"]},\"id\":1}");
  WireCall one{Wire::kJson1, "m", {}, "\"a\""};
  EXPECT_EQ(WriteReply(one, error, {}),
            "{\"result\":null,\"error\":[\"CODE\",\"p\"],\"id\":\"a\"}");
  EXPECT_EQ(WriteReply(one, error, {.pre_dispatch = true}),
            "{\"jsonrpc\":\"2.0\",\"error\":[\"CODE\",\"p\"],\"id\":0}");
}

struct XmlCase {
  const char* value;
  const char* quoted;
};

std::string CallWith(const std::string& value) {
  return "<methodCall><methodName>m</methodName><params><param>" + value +
         "</param></params></methodCall>";
}

TEST(XmlTest, ReadsEveryKindOfValue) {
  constexpr XmlCase kCases[] = {
      {"<value>text</value>", "S(text)"},
      {"<value> </value>", "S( )"},
      {"<value/>", "S()"},
      {"<value><string/></value>", "S()"},
      {"<value><i4>7</i4></value>", "I(7)"},
      {"<value><i8>-7</i8></value>", "I(-7)"},
      {"<value><int>7</int></value>", "I(7)"},
      {"<value><boolean>1</boolean></value>", "B(true)"},
      {"<value><boolean>true</boolean></value>", "B(false)"},
      {"<value><double>0.5</double></value>", "F(0.5)"},
      {"<value><nil/></value>", "N"},
      {"<value><array/></value>", "[]"},
      {"<value><struct/></value>", "{}"},
      {"<value><array><data><value>a</value></data></array></value>", "[S(a)]"},
      {"<value><struct><member><name>k</name><value>v</value></member>"
       "</struct></value>",
       "{k:S(v)}"},
      {"<value>a &amp; b</value>", "S(a & b)"},
  };
  for (const XmlCase& c : kCases) {
    WireRequest request = ParseXmlCall(CallWith(c.value));
    ASSERT_TRUE(request.ok) << c.value;
    ASSERT_EQ(request.call.args.size(), 1u);
    EXPECT_EQ(Quoted(request.call.args[0]), c.quoted) << c.value;
  }
}

TEST(XmlTest, RefusesWhatIsNotACall) {
  for (const std::string& body :
       {std::string("<methodCall><methodName>x"), std::string("{}"),
        CallWith("<value>&unknown;</value>"), CallWith("<value>\x01</value>"),
        CallWith("<value>caf\xe9</value>"),
        CallWith("<value><i4></i4></value>")}) {
    EXPECT_FALSE(ParseXmlCall(body).ok) << body;
  }
}

TEST(XmlTest, WritesUntaggedIntegersAndUnescapedNames) {
  EXPECT_EQ(ToXmlValue(Value(42)), "<value>42</value>");
  EXPECT_EQ(ToXmlValue(TaggedInt{42}), "<value><i4>42</i4></value>");
  EXPECT_EQ(ToXmlValue(Value(1e20)), "<value><double>1e+20</double></value>");
  EXPECT_EQ(ToXmlValue(Value("a<b")), "<value>a&lt;b</value>");
  EXPECT_EQ(ToXmlValue(Struct{{"a&b", "c"}}),
            "<value><struct><member><name>a&b</name><value>c</value></member>"
            "</struct></value>");
}

TEST(XmlTest, OnlyTheMethodListIsBare) {
  WireCall call;
  EXPECT_EQ(WriteReply(call, Value("x"), {.bare = true}),
            "<?xml version=\"1.0\"?><methodResponse><params><param>"
            "<value>x</value></param></params></methodResponse>");
}

struct IntegerCase {
  const char* text;
  int64_t number;
};

TEST(TypesTest, ReadsIntegersAsTheRealServerDoes) {
  constexpr IntegerCase kCases[] = {{"0x10", 16}, {"1_000", 1000},
                                    {"+5", 5},    {"-0", 0},
                                    {"0b101", 5}, {"0o17", 15}};
  for (const IntegerCase& c : kCases) {
    EXPECT_EQ(ParseInteger(c.text), c.number) << c.text;
  }
  for (const char* bad : {"", " 5", "1.5", "_1", "9223372036854775808", "x"}) {
    EXPECT_EQ(ParseInteger(bad), std::nullopt) << bad;
  }
}

struct DateCase {
  const char* text;
  const char* stored;
};

TEST(TypesTest, NormalizesDatetimes) {
  constexpr DateCase kCases[] = {
      {"20260131T09:05:07Z", "20260131T09:05:07Z"},
      {"20260131T09:05:07+02:00", "20260131T09:05:07+02:00"},
      {"2026-01-31T09:05:07Z", "20260131T09:05:07Z"},
      {"2026-01-31T09:05:07.25Z", "20260131T09:05:07Z"},
      {"20260131T09:05:07", "20260131T09:05:07Z"},
  };
  for (const DateCase& c : kCases) {
    EXPECT_EQ(NormalizeDateTime(c.text), c.stored) << c.text;
  }
  for (const char* bad : {"20260131T09:05:07.5Z", "20261331T09:05:07Z",
                          "yesterday", "20260131", "20260131T09:05:07X"}) {
    EXPECT_EQ(NormalizeDateTime(bad), std::nullopt) << bad;
  }
}

TEST(Utf8Test, TellsValidFromInvalid) {
  for (const char* good : {"", "a", "é", "漢字", "😀"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
                          "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

}  // namespace
}  // namespace xapi_gateway::simulator
