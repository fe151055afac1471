#include "tests/simulator/types.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::simulator {
namespace {

Error Expected(const char* what, const Value& value) {
  return Failure(
      absl::StrCat("Expected ", what, ", got '", Quoted(value), "'"));
}

Outcome DecodeString(const Type&, const Value& value) {
  if (!value.As<std::string>()) return Expected("string", value);
  return value;
}

Outcome DecodeInt(const Type&, const Value& value) {
  if (value.As<int64_t>()) return value;
  const auto* text = value.As<std::string>();
  if (!text) return Expected("int64", value);
  std::optional<int64_t> number = ParseInteger(*text);
  if (!number) return Failure("Int64.of_string");
  return Value(*number);
}

Outcome DecodeFloat(const Type&, const Value& value) {
  if (value.As<double>()) return value;
  if (const auto* n = value.As<int64_t>()) {
    return Value(static_cast<double>(*n));
  }
  const auto* text = value.As<std::string>();
  if (!text) return Expected("float", value);
  double number;
  if (!absl::SimpleAtod(*text, &number)) return Failure("float_of_string");
  return Value(number);
}

Outcome DecodeBool(const Type&, const Value& value) {
  if (!value.As<bool>()) return Expected("bool", value);
  return value;
}

Outcome DecodeDateTime(const Type&, const Value& value) {
  if (!value.As<std::string>() && !value.As<DateTime>()) {
    return Expected("DateTime", value);
  }
  std::optional<std::string> text = NormalizeDateTime(value.text());
  if (!text) return Failure("date.ml:of_iso8601: " + value.text());
  return Value(DateTime{*text});
}

Outcome DecodeEnum(const Type& type, const Value& value) {
  const auto* text = value.As<std::string>();
  if (!text) return Failure("Unknown tag/contents");
  // These two are matched exactly by the real server, all others in any case.
  bool exact = type.name == "bond_mode" || type.name == "event_operation";
  for (const std::string& known : *type.values) {
    if (exact ? known == *text : absl::EqualsIgnoreCase(known, *text)) {
      return Value(known);
    }
  }
  return Failure("Unknown tag/contents");
}

Outcome DecodeSet(const Type& type, const Value& value) {
  const auto* items = value.As<Array>();
  if (!items) return Expected("list", value);
  Array decoded;
  for (const Value& item : *items) {
    Outcome one = Decode(*type.element, item);
    if (!one.ok()) return one;
    decoded.push_back(*std::move(one));
  }
  return Value(std::move(decoded));
}

Outcome DecodeMap(const Type& type, const Value& value) {
  const auto* members = value.As<Struct>();
  if (!members) return Expected("dictionary", value);
  Struct decoded;
  for (const Member& member : *members) {
    Outcome key = Decode(*type.key, Value(member.name));
    if (!key.ok()) return key;
    Outcome one = Decode(*type.element, member.value);
    if (!one.ok()) return one;
    decoded.push_back({DatabaseText(*key), *std::move(one)});
  }
  return Value(std::move(decoded));
}

Outcome DecodeRecord(const Type&, const Value& value) {
  if (!value.As<Struct>()) return Expected("struct", value);
  return value;  // members are decoded by the constructor that knows them
}

Outcome DecodeOption(const Type& type, const Value& value) {
  if (value.is_null()) return value;
  return Decode(*type.element, value);
}

Outcome DecodeVoid(const Type&, const Value& value) { return value; }

// In the order of Type::Kind.
using Decoder = Outcome (*)(const Type&, const Value&);
constexpr Decoder kDecoders[] = {DecodeVoid,  DecodeString, DecodeInt,
                                 DecodeFloat, DecodeBool,   DecodeDateTime,
                                 DecodeEnum,  DecodeString, DecodeRecord,
                                 DecodeSet,   DecodeMap,    DecodeOption};

bool Digits(absl::string_view text, size_t from, size_t count) {
  if (from + count > text.size()) return false;
  for (size_t i = from; i < from + count; ++i) {
    if (!absl::ascii_isdigit(text[i])) return false;
  }
  return true;
}

// "+02:00", "-0530", "Z" or nothing.
bool IsZone(absl::string_view zone) {
  if (zone.empty() || zone == "Z") return true;
  if (zone[0] != '+' && zone[0] != '-') return false;
  zone.remove_prefix(1);
  if (zone.size() == 5)
    return Digits(zone, 0, 2) && zone[2] == ':' && Digits(zone, 3, 2);
  return (zone.size() == 4 && Digits(zone, 0, 4)) ||
         (zone.size() == 2 && Digits(zone, 0, 2));
}

bool InRange(absl::string_view text, int low, int high) {
  int number = 0;
  return absl::SimpleAtoi(text, &number) && number >= low && number <= high;
}

}  // namespace

Outcome Decode(const Type& type, const Value& value) {
  return kDecoders[static_cast<int>(type.kind)](type, value);
}

std::optional<int64_t> ParseInteger(absl::string_view text) {
  bool negative = absl::ConsumePrefix(&text, "-");
  if (!negative) absl::ConsumePrefix(&text, "+");
  int base = 10;
  if (absl::StartsWithIgnoreCase(text, "0x")) base = 16;
  if (absl::StartsWithIgnoreCase(text, "0o")) base = 8;
  if (absl::StartsWithIgnoreCase(text, "0b")) base = 2;
  if (base != 10) text.remove_prefix(2);
  if (text.empty() || text[0] == '_') return std::nullopt;
  std::string digits(text);
  std::erase(digits, '_');
  uint64_t magnitude = 0;
  auto [end, fault] = std::from_chars(
      digits.data(), digits.data() + digits.size(), magnitude, base);
  if (fault != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (base == 10 && magnitude > limit) return std::nullopt;
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

std::optional<std::string> NormalizeDateTime(absl::string_view text) {
  std::string date;
  bool hyphenated = text.size() > 10 && text[4] == '-' && text[7] == '-';
  if (hyphenated) {
    date =
        absl::StrCat(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
    text.remove_prefix(10);
  } else {
    if (text.size() < 9) return std::nullopt;
    date = std::string(text.substr(0, 8));
    text.remove_prefix(8);
  }
  if (text.size() < 9 || text[0] != 'T' || text[3] != ':' || text[6] != ':') {
    return std::nullopt;
  }
  bool valid =
      Digits(date, 0, 8) && Digits(text, 1, 2) && Digits(text, 4, 2) &&
      Digits(text, 7, 2) && InRange(date.substr(4, 2), 1, 12) &&
      InRange(date.substr(6, 2), 1, 31) && InRange(text.substr(1, 2), 0, 23) &&
      InRange(text.substr(4, 2), 0, 59) && InRange(text.substr(7, 2), 0, 60);
  if (!valid) return std::nullopt;
  std::string time(text.substr(0, 9));
  text.remove_prefix(9);
  if (absl::StartsWith(text, ".")) {
    if (!hyphenated) return std::nullopt;  // fractions need the RFC 3339 form
    text.remove_prefix(1);
    while (!text.empty() && absl::ascii_isdigit(text[0])) text.remove_prefix(1);
  }
  if (!IsZone(text)) return std::nullopt;
  return absl::StrCat(date, time, text.empty() ? "Z" : text);
}

Value ZeroValue(const Type& type) {
  switch (type.kind) {
    case Type::Kind::kInt:
      return Value(0);
    case Type::Kind::kFloat:
      return Value(0.0);
    case Type::Kind::kBool:
      return Value(false);
    case Type::Kind::kDateTime:
      return DateTime{std::string(kNever)};
    case Type::Kind::kEnum:
      return Value(type.values->front());
    case Type::Kind::kRef:
      return Value(kNullRef);
    case Type::Kind::kSet:
      return Value(Array{});
    case Type::Kind::kMap:
    case Type::Kind::kRecord:
      return Value(Struct{});
    case Type::Kind::kOption:
      return Value();
    case Type::Kind::kVoid:
    case Type::Kind::kString:
      break;
  }
  return Value("");
}

}  // namespace xapi_gateway::simulator
