#include "gateway/rpc/text_limits.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace xapi_gateway::rpc {
namespace {

// Longest mark: "...[+18446744073709551615 bytes]".
constexpr size_t kMaxMarkBytes = 32;

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

// How long the character is that `lead` begins; 0 if none can begin so.
size_t SequenceLength(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

// Whether the second byte is one that `lead` allows: no overlong forms, no
// surrogates, nothing above U+10FFFF.
bool SecondFits(uint8_t lead, uint8_t second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0;
    case 0xed:
      return second < 0xa0;
    case 0xf0:
      return second >= 0x90;
    case 0xf4:
      return second < 0x90;
    default:
      return true;
  }
}

// Length of the valid character at the start of `text`, or 0.
size_t ValidCharacter(absl::string_view text) {
  const size_t length = SequenceLength(static_cast<uint8_t>(text[0]));
  if (length <= 1) return length;
  if (length > text.size()) return 0;
  if (!SecondFits(static_cast<uint8_t>(text[0]),
                  static_cast<uint8_t>(text[1]))) {
    return 0;
  }
  const auto rest = text.substr(1, length - 1);
  return std::all_of(rest.begin(), rest.end(), IsContinuation) ? length : 0;
}

}  // namespace

std::string Clip(absl::string_view text, size_t max_bytes) {
  const bool fits = text.size() <= max_bytes;
  const size_t room =
      fits ? max_bytes : max_bytes - std::min(max_bytes, kMaxMarkBytes);
  std::string clipped;
  clipped.reserve(std::min(text.size(), max_bytes));
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = ValidCharacter(text.substr(at));
    if (clipped.size() + std::max<size_t>(length, 1) > room) break;
    if (length == 0) {
      clipped.push_back('?');
    } else {
      clipped.append(text.data() + at, length);
    }
    at += std::max<size_t>(length, 1);
  }
  if (at < text.size()) {
    absl::StrAppend(&clipped, "...[+", text.size() - at, " bytes]");
  }
  return clipped;
}

}  // namespace xapi_gateway::rpc
