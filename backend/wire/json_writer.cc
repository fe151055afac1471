#include "backend/wire/json_writer.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace xapi_gateway::wire {
namespace {

bool NeedsEscape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void AppendEscaped(char c, std::string& out) {
  switch (c) {
    case '"':
    case '\\':
      out.push_back('\\');
      out.push_back(c);
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\r':
      out.append("\\r");
      return;
    default:
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
  }
}

}  // namespace

void AppendJsonString(absl::string_view value, std::string& out) {
  out.push_back('"');
  size_t copied = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    if (!NeedsEscape(value[i])) continue;
    out.append(value.data() + copied, i - copied);
    AppendEscaped(value[i], out);
    copied = i + 1;
  }
  out.append(value.data() + copied, value.size() - copied);
  out.push_back('"');
}

void JsonWriter::String(absl::string_view value) {
  Separate();
  AppendJsonString(value, out_);
}

void JsonWriter::Int(int64_t value) {
  Separate();
  absl::StrAppend(&out_, value);
}

void JsonWriter::Double(double value) {
  Separate();
  if (std::isnan(value)) {
    out_.append("NaN");
  } else if (std::isinf(value)) {
    out_.append(value > 0 ? "Infinity" : "-Infinity");
  } else {
    // 17 digits are what a double needs to come back unchanged; xapi reads an
    // integer token as a float, too, so no dot is forced.
    absl::StrAppendFormat(&out_, "%.17g", value);
  }
}

void JsonWriter::Bool(bool value) {
  Separate();
  out_.append(value ? "true" : "false");
}

void JsonWriter::Key(absl::string_view name) {
  Separate();
  AppendJsonString(name, out_);
  out_.push_back(':');
  first_ = true;
}

}  // namespace xapi_gateway::wire
