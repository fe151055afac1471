#include <cstdint>

#include "absl/strings/string_view.h"
#include "tests/simulator/codec.h"

namespace xapi_gateway::simulator {
namespace {

// The length of the sequence a lead byte opens, 0 when it opens none.
int SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

bool IsSequence(absl::string_view text) {
  uint32_t code = static_cast<unsigned char>(text[0]);
  if (text.size() == 1) return true;
  code &= 0xffu >> (text.size() + 1);
  for (unsigned char c : text.substr(1)) {
    if ((c & 0xc0) != 0x80) return false;
    code = (code << 6) | (c & 0x3f);
  }
  static constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code >= kSmallest[text.size()] && code <= 0x10ffff && !surrogate;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    int length = SequenceLength(text[0]);
    if (length == 0 || static_cast<size_t>(length) > text.size() ||
        !IsSequence(text.substr(0, length))) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

bool HasValidTexts(const Value& value) {
  if (const auto* s = value.As<std::string>()) return IsUtf8(*s);
  for (const Value& item : value.array()) {
    if (!HasValidTexts(item)) return false;
  }
  for (const Member& member : value.members()) {
    if (!IsUtf8(member.name) || !HasValidTexts(member.value)) return false;
  }
  return true;
}

}  // namespace xapi_gateway::simulator
