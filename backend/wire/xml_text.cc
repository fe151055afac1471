#include "backend/wire/xml_text.h"

#include <charconv>
#include <cstdint>
#include <utility>

#include "simdjson.h"

namespace xapi_gateway::wire {
namespace {

constexpr std::pair<absl::string_view, char> kNames[] = {
    {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};

bool IsCharacter(uint32_t point) {
  return point != 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

// Appends a code point as UTF-8, which is shorter than any reference to it.
char* AppendUtf8(uint32_t point, char* out) {
  const auto byte = [&](uint32_t value) { *out++ = static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xc0 | point >> 6);
    byte(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    byte(0xe0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3f));
    byte(0x80 | (point & 0x3f));
  } else {
    byte(0xf0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3f));
    byte(0x80 | (point >> 6 & 0x3f));
    byte(0x80 | (point & 0x3f));
  }
  return out;
}

// Writes what "lt", "#60" or "#x3c" stands for; null if nothing.
char* AppendReference(absl::string_view name, char* out) {
  if (name.size() > 1 && name[0] == '#') {
    const bool hex = name[1] == 'x';
    name.remove_prefix(hex ? 2 : 1);
    uint32_t point = 0;
    const char* end = name.data() + name.size();
    const auto parsed =
        std::from_chars(name.data(), end, point, hex ? 16 : 10);
    const bool valid =
        parsed.ec == std::errc() && parsed.ptr == end && IsCharacter(point);
    return valid ? AppendUtf8(point, out) : nullptr;
  }
  for (const auto& [known, character] : kNames) {
    if (name == known) {
      *out = character;
      return out + 1;
    }
  }
  return nullptr;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

bool DecodeXmlText(absl::string_view raw, char* out, size_t* size) {
  char* const begin = out;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '&') {
      const size_t close = raw.find(';', i);
      if (close == absl::string_view::npos) return false;
      out = AppendReference(raw.substr(i + 1, close - i - 1), out);
      if (out == nullptr) return false;
      i = close;
    } else {
      *out++ = raw[i];
    }
  }
  *size = static_cast<size_t>(out - begin);
  return true;
}

}  // namespace xapi_gateway::wire
