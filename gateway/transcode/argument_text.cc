#include "gateway/transcode/argument_text.h"

#include <cstdint>

#include "absl/strings/ascii.h"

namespace xapi_gateway::transcode {
namespace {

constexpr absl::string_view kNotUtf8 = "is not valid UTF-8";
constexpr absl::string_view kControl =
    "holds a control character, which xapi cannot store";

// Bytes that follow the lead byte of a UTF-8 sequence; -1 for no lead byte.
int Continuations(uint8_t lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  if (lead >= 0xf0 && lead <= 0xf4) return 3;
  return -1;
}

// Whether a code point is written in its shortest form and may stand in text.
bool IsScalarValue(uint32_t point, int continuations) {
  constexpr uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  return point >= kSmallest[continuations] && point <= 0x10ffff &&
         (point < 0xd800 || point > 0xdfff);
}

bool IsXmlCharacter(uint32_t point) {
  return point >= 0x20 ? point != 0xfffe && point != 0xffff
                       : point == '\t' || point == '\n' || point == '\r';
}

bool LooksLikeUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-'
               : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::string_view TextFault(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const int more = Continuations(lead);
    if (more < 0 || text.size() - i <= static_cast<size_t>(more)) {
      return kNotUtf8;
    }
    uint32_t point = more == 0 ? lead : lead & (0x3f >> more);
    for (int k = 1; k <= more; ++k) {
      const auto byte = static_cast<uint8_t>(text[i + static_cast<size_t>(k)]);
      if ((byte & 0xc0) != 0x80) return kNotUtf8;
      point = (point << 6) | (byte & 0x3f);
    }
    if (!IsScalarValue(point, more)) return kNotUtf8;
    if (!IsXmlCharacter(point)) return kControl;
    i += static_cast<size_t>(more) + 1;
  }
  return "";
}

absl::string_view ReferenceFault(absl::string_view text) {
  if (LooksLikeUuid(text)) {
    return "is a uuid where an opaque reference is due; GetByUuid gives the "
           "reference";
  }
  return TextFault(text);
}

}  // namespace xapi_gateway::transcode
