#include "gateway/transcode/datetime.h"

#include "gtest/gtest.h"

namespace xapi_gateway::transcode {
namespace {

TEST(DateTimeTest, ReadsEverySpelling) {
  struct Case {
    const char* text;
    int64_t seconds;
  };
  const Case kCases[] = {
      {"19700101T00:00:00Z", 0},
      {"20260131T09:05:07Z", 1769850307},
      {"2026-01-31T09:05:07Z", 1769850307},
      {"20260131T09:05:07", 1769850307},
      {"20260131T11:05:07+02:00", 1769850307},
      {"20260131T03:35:07-05:30", 1769850307},
      {"2026-01-31T09:05:07.999Z", 1769850307},
      {"19691231T23:59:59Z", -1},
      {"00010101T00:00:00Z", -62135596800},
      {"99991231T23:59:59Z", 253402300799},
      {"20240229T00:00:00Z", 1709164800},
      {"20161231T23:59:60Z", 1483228800},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(ParseDateTime(c.text), c.seconds) << c.text;
  }
}

TEST(DateTimeTest, RefusesOtherTexts) {
  for (const char* text :
       {"", "Z", "20260131", "20260131T09:05Z", "20260230T00:00:00Z",
        "20261301T00:00:00Z", "20260132T00:00:00Z", "20260131T24:00:00Z",
        "20260131T09:60:00Z", "20260131T09:05:61Z", "2026-0131T09:05:07Z",
        "20260131T09:05:07X", "20260131T09:05:07+2:00", "20260131T09:05:07+02",
        "20260131T09:05:07+02:00x", "00000101T00:00:00Z", "never",
        "20260131T09:05:07Z "}) {
    EXPECT_EQ(ParseDateTime(text), std::nullopt) << text;
  }
}

TEST(DateTimeTest, WritesWhatItReads) {
  for (const char* text : {"19700101T00:00:00Z", "20260131T09:05:07Z",
                           "00010101T00:00:00Z", "99991231T23:59:59Z"}) {
    EXPECT_EQ(FormatDateTime(*ParseDateTime(text)), text);
  }
  EXPECT_EQ(FormatDateTime(-62135596801), std::nullopt);
  EXPECT_EQ(FormatDateTime(253402300800), std::nullopt);
}

}  // namespace
}  // namespace xapi_gateway::transcode
