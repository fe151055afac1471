#include "gateway/transcode/datetime.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace xapi_gateway::transcode {
namespace {

// Takes exactly `width` digits off the front.
bool TakeNumber(absl::string_view& text, size_t width, int* out) {
  if (text.size() < width) return false;
  int value = 0;
  for (size_t i = 0; i < width; ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  *out = value;
  return true;
}

bool TakeDate(absl::string_view& text, int* year, int* month, int* day) {
  if (!TakeNumber(text, 4, year)) return false;
  const bool hyphens = absl::ConsumePrefix(&text, "-");
  return TakeNumber(text, 2, month) &&
         (!hyphens || absl::ConsumePrefix(&text, "-")) &&
         TakeNumber(text, 2, day);
}

bool TakeTime(absl::string_view& text, int* hour, int* minute, int* second) {
  return absl::ConsumePrefix(&text, "T") && TakeNumber(text, 2, hour) &&
         absl::ConsumePrefix(&text, ":") && TakeNumber(text, 2, minute) &&
         absl::ConsumePrefix(&text, ":") && TakeNumber(text, 2, second);
}

void SkipFraction(absl::string_view& text) {
  if (!absl::ConsumePrefix(&text, ".")) return;
  while (!text.empty() &&
         absl::ascii_isdigit(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
}

// The seconds that local time is ahead of UTC.
std::optional<int64_t> ParseZone(absl::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '-' && text.front() != '+') return std::nullopt;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!TakeNumber(text, 2, &hours) || !absl::ConsumePrefix(&text, ":") ||
      !TakeNumber(text, 2, &minutes) || !text.empty() || hours > 23 ||
      minutes > 59) {
    return std::nullopt;
  }
  return sign * (hours * 3600 + minutes * 60);
}

}  // namespace

std::optional<int64_t> ParseDateTime(absl::string_view text) {
  int year, month, day, hour, minute, second;
  if (!TakeDate(text, &year, &month, &day) ||
      !TakeTime(text, &hour, &minute, &second)) {
    return std::nullopt;
  }
  SkipFraction(text);
  const std::optional<int64_t> ahead = ParseZone(text);
  const absl::CivilSecond civil(year, month, day, hour, minute, second);
  // An impossible date, such as 30 February, would have been carried over. A
  // leap second may stand as 60.
  const bool exists = civil.day() == day && civil.month() == month;
  if (!ahead || year == 0 || (!exists && second != 60) || month == 0 ||
      month > 12 || day == 0 || day > 31 || hour > 23 || minute > 59 ||
      second > 60) {
    return std::nullopt;
  }
  return absl::ToUnixSeconds(absl::FromCivil(civil, absl::UTCTimeZone())) -
         *ahead;
}

std::optional<std::string> FormatDateTime(int64_t unix_seconds) {
  // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the bounds of Timestamp.
  constexpr int64_t kFirst = -62135596800;
  constexpr int64_t kLast = 253402300799;
  if (unix_seconds < kFirst || unix_seconds > kLast) return std::nullopt;
  const absl::CivilSecond civil = absl::ToCivilSecond(
      absl::FromUnixSeconds(unix_seconds), absl::UTCTimeZone());
  return absl::StrFormat("%04d%02d%02dT%02d:%02d:%02dZ", civil.year(),
                         civil.month(), civil.day(), civil.hour(),
                         civil.minute(), civil.second());
}

}  // namespace xapi_gateway::transcode
