#include "backend/wire/json_text.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::wire {
namespace {

// The end of the string that starts, with its quote, at `p`.
const char* SkipString(const char* p, const char* end) {
  for (++p; p < end && *p != '"'; ++p) {
    if (*p == '\\') ++p;
  }
  return p < end ? p + 1 : end;
}

bool EndsScalar(char c) {
  return c == ',' || c == ']' || c == '}' || c == ':' ||
         absl::ascii_isspace(static_cast<unsigned char>(c));
}

const char* SkipScalar(const char* p, const char* end) {
  while (p < end && !EndsScalar(*p)) ++p;
  return p;
}

void AppendScalar(absl::string_view token, std::string& out) {
  double ignored;
  if (!ParseSpecialDouble(token, &ignored)) {
    out.append(token.data(), token.size());
    return;
  }
  out.push_back('"');
  out.append(token.data(), token.size());
  out.push_back('"');
}

}  // namespace

void AppendJsonValue(const char* begin, const char* end, std::string& out) {
  int depth = 0;
  const char* p = begin;
  do {
    const char* next = p + 1;
    if (p >= end) return;
    if (*p == '"') {
      next = SkipString(p, end);
      out.append(p, next);
    } else if (*p == '{' || *p == '[') {
      ++depth;
      out.push_back(*p);
    } else if (*p == '}' || *p == ']') {
      --depth;
      out.push_back(*p);
    } else if (*p == ',' || *p == ':') {
      out.push_back(*p);
    } else if (!EndsScalar(*p)) {
      next = SkipScalar(p, end);
      AppendScalar(absl::string_view(p, static_cast<size_t>(next - p)), out);
    }
    p = next;
  } while (depth > 0);
}

bool ParseQuotedInt(std::string_view token, int64_t* out) {
  size_t close = token.find('"', 1);
  if (close == std::string_view::npos) return false;
  return absl::SimpleAtoi(absl::string_view(token.data() + 1, close - 1), out);
}

bool ParseSpecialDouble(absl::string_view token, double* out) {
  token = absl::StripAsciiWhitespace(token);
  if (token.size() > 1 && token.front() == '"' && token.back() == '"') {
    token = token.substr(1, token.size() - 2);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double sign = absl::ConsumePrefix(&token, "-") ? -1 : 1;
  absl::ConsumePrefix(&token, "+");
  if (token == "NaN" || token == "nan") {
    *out = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (token == "Infinity" || token == "inf" || token == "INF") {
    *out = sign * kInfinity;
    return true;
  }
  return false;
}

}  // namespace xapi_gateway::wire
