#include "gateway/server/log.h"

#include <string>

#include "gateway/server/command_line.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace xapi_gateway::server {
namespace {

const absl::Time kTime = absl::FromUnixMillis(1'780'000'000'123);

TEST(FormatLineTest, WritesJson) {
  EXPECT_EQ(FormatLine(LogFormat::kJson, kTime, Level::kWarn, "call",
                       {{"text", "a\"b\\c\n\x7f"},
                        {"count", int64_t{3}},
                        {"ms", 1.5},
                        {"on", true}}),
            "{\"time\":\"2026-05-28T20:26:40.123Z\",\"level\":\"warn\","
            "\"event\":\"call\",\"text\":\"a\\\"b\\\\c\\u000a\\u007f\","
            "\"count\":3,\"ms\":1.500,\"on\":true}");
}

TEST(FormatLineTest, WritesForPeople) {
  EXPECT_EQ(FormatLine(LogFormat::kHuman, kTime, Level::kInfo, "drain",
                       {{"signal", int64_t{15}}, {"by", "you"}}),
            "2026-05-28T20:26:40.123Z info  drain signal=15 by=\"you\"");
}

TEST(FormatLineTest, CutsLongTexts) {
  EXPECT_LT(FormatLine(LogFormat::kJson, kTime, Level::kInfo, "e",
                       {{"text", std::string(1 << 20, 'x')}})
                .size(),
            kMaxFieldBytes + 200);
}

TEST(RepeatLimiterTest, CountsWhatItLeavesOut) {
  RepeatLimiter limiter;
  for (int i = 0; i < kMaxRepeatsPerSecond; ++i) {
    EXPECT_EQ(limiter.Pass("a", kTime), 0);
  }
  EXPECT_EQ(limiter.Pass("a", kTime), -1);
  EXPECT_EQ(limiter.Pass("a", kTime + absl::Milliseconds(999)), -1);
  EXPECT_EQ(limiter.Pass("b", kTime), 0);
  EXPECT_EQ(limiter.Pass("a", kTime + absl::Seconds(1)), 2);
  EXPECT_EQ(limiter.Pass("a", kTime + absl::Seconds(1)), 0);
}

TEST(CommandLineTest, ReadsFlags) {
  EXPECT_EQ(ParseCommandLine({"--config", "f"})->config, "f");
  EXPECT_EQ(ParseCommandLine({"--config=f"})->config, "f");
  EXPECT_TRUE(ParseCommandLine({"--config=f", "--check"})->check);
  EXPECT_TRUE(ParseCommandLine({"--print-config", "--config=f"})->print_config);
  EXPECT_TRUE(ParseCommandLine({"--help"})->help);
  EXPECT_TRUE(ParseCommandLine({"--version"})->version);
  EXPECT_FALSE(ParseCommandLine({}).ok());
  EXPECT_FALSE(ParseCommandLine({"--config"}).ok());
  EXPECT_FALSE(ParseCommandLine({"--config=f", "more"}).ok());
}

}  // namespace
}  // namespace xapi_gateway::server
