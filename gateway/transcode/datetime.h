// xapi's dates and the seconds of google.protobuf.Timestamp.
#ifndef GATEWAY_TRANSCODE_DATETIME_H_
#define GATEWAY_TRANSCODE_DATETIME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace xapi_gateway::transcode {

// Seconds since 1970 in UTC of "20260131T09:05:07Z", of the same with hyphens,
// a fraction (dropped) or an offset such as "+02:00". A text without zone, such
// as a host's local time, is read as if it were UTC: nothing in it tells the
// zone. nullopt for any other text.
std::optional<int64_t> ParseDateTime(absl::string_view text);

// "20260131T09:05:07Z"; nullopt outside the years 1 to 9999.
std::optional<std::string> FormatDateTime(int64_t unix_seconds);

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_DATETIME_H_
