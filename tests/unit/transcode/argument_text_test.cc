#include "gateway/transcode/argument_text.h"

#include "gtest/gtest.h"

namespace xapi_gateway::transcode {
namespace {

TEST(ArgumentTextTest, TakesWhatXmlCanCarry) {
  for (const char* text :
       {"", "plain", "tab\t lf\n cr\r", "h\u00e9llo", "\u4e16\u754c",
        "\U0001f600", "\ufffd", "\u0080"}) {
    EXPECT_EQ(TextFault(text), "") << text;
  }
}

TEST(ArgumentTextTest, RefusesOtherBytes) {
  struct Case {
    absl::string_view text;
    const char* fault;
  };
  const Case kCases[] = {
      {"\x80", "UTF-8"},
      {"a\xff", "UTF-8"},
      {"\xc3", "UTF-8"},
      {"\xc0\xaf", "UTF-8"},             // overlong
      {"\xe0\x80\x80", "UTF-8"},         // overlong
      {"\xed\xa0\x80", "UTF-8"},         // a surrogate
      {"\xf4\x90\x80\x80", "UTF-8"},     // beyond the last code point
      {"\xe4\xb8", "UTF-8"},             // cut off
      {"\xe4x\x96", "UTF-8"},
      {absl::string_view("a\0b", 3), "control character"},
      {"\x1b[0m", "control character"},
      {"\xef\xbf\xbe", "control character"},  // U+FFFE
  };
  for (const Case& c : kCases) {
    EXPECT_NE(TextFault(c.text).find(c.fault), absl::string_view::npos)
        << testing::PrintToString(c.text);
  }
}

TEST(ArgumentTextTest, TellsAUuidFromAReference) {
  EXPECT_EQ(ReferenceFault(""), "");
  EXPECT_EQ(ReferenceFault("OpaqueRef:1"), "");
  EXPECT_EQ(ReferenceFault("OpaqueRef:5c08e404-8001-ed2e-6966-fcb9825748e6"),
            "");
  EXPECT_NE(ReferenceFault("5c08e404-8001-ed2e-6966-fcb9825748e6").find("uuid"),
            absl::string_view::npos);
  EXPECT_NE(ReferenceFault("Opaque\x01"), "");
}

}  // namespace
}  // namespace xapi_gateway::transcode
