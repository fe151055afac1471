#include "backend/wire/xml_reader.h"

#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "backend/wire/json_text.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_text.h"

namespace xapi_gateway::wire {
namespace {

// Deepest nesting that is kept as JSON; it bounds the recursion.
constexpr int kMaxJsonDepth = 64;

bool IsBlank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool IsContainer(XmlType type) {
  return type == XmlType::kArray || type == XmlType::kStruct;
}

}  // namespace

void XmlCursor::SkipBlanks() {
  while (p_ < end_ && IsBlank(*p_)) ++p_;
}

void XmlCursor::SkipProlog() {
  absl::string_view rest(p_, static_cast<size_t>(end_ - p_));
  if (!absl::StartsWith(rest, "<?xml")) return;
  const size_t close = rest.find("?>");
  if (close != absl::string_view::npos) p_ += close + 2;
}

bool XmlCursor::Accept(absl::string_view tag) {
  SkipBlanks();
  if (static_cast<size_t>(end_ - p_) < tag.size() ||
      memcmp(p_, tag.data(), tag.size()) != 0) {
    return false;
  }
  p_ += tag.size();
  return true;
}

bool XmlCursor::TakeText(absl::string_view* raw) {
  const void* tag = memchr(p_, '<', static_cast<size_t>(end_ - p_));
  if (tag == nullptr) return Malformed();
  const char* end = static_cast<const char*>(tag);
  *raw = absl::string_view(p_, static_cast<size_t>(end - p_));
  p_ = end;
  return true;
}

bool XmlCursor::TakeTextUntil(absl::string_view tag, absl::string_view* raw) {
  const absl::string_view rest(p_, static_cast<size_t>(end_ - p_));
  const size_t end = rest.find(tag);
  if (end == absl::string_view::npos) return Malformed();
  *raw = rest.substr(0, end);
  p_ += end + tag.size();
  return true;
}

bool XmlCursor::Decode(absl::string_view raw, absl::string_view* text) {
  if (memchr(raw.data(), '&', raw.size()) == nullptr) {
    *text = raw;
    return true;
  }
  if (decoded_ == nullptr) {
    decoded_.reset(new char[static_cast<size_t>(end_ - begin_)]);
  }
  char* out = decoded_.get() + (raw.data() - begin_);
  size_t size = 0;
  if (!DecodeXmlText(raw, out, &size)) return false;
  *text = absl::string_view(out, size);
  return true;
}

absl::string_view XmlCursor::PeekTag() const {
  const char* p = p_;
  while (p < end_ && IsBlank(*p)) ++p;
  if (p == end_ || *p != '<') return "";
  const char* name = ++p;
  while (p < end_ && *p != '>' && *p != '/') ++p;
  return absl::string_view(name, static_cast<size_t>(p - name));
}

bool XmlCursor::SkipValue() {
  for (int depth = 1; depth > 0;) {
    absl::string_view text;
    if (!TakeText(&text)) return false;
    absl::string_view rest(p_, static_cast<size_t>(end_ - p_));
    if (absl::StartsWith(rest, "<value>")) {
      ++depth;
    } else if (absl::StartsWith(rest, "</value>")) {
      --depth;
    } else if (absl::StartsWith(rest, "<!")) {
      return Malformed();
    }
    const size_t close = rest.find('>');
    if (close == absl::string_view::npos) return Malformed();
    p_ += close + 1;
  }
  return true;
}

XmlType XmlValue::Peek() {
  cursor_.MoveTo(begin_);
  const absl::string_view tag = cursor_.PeekTag();
  // No tag, or the end tag: plain text.
  return tag.empty() ? XmlType::kText : XmlTypeOf(tag);
}

bool XmlValue::Close(absl::string_view tag) {
  if (!tag.empty() && !cursor_.Expect(tag)) return false;
  consumed_ = cursor_.Expect("</value>");
  return consumed_;
}

bool XmlValue::TakeScalar(Scalar* scalar) {
  scalar->type = Peek();
  if (IsContainer(scalar->type)) return false;
  const absl::string_view tag = cursor_.PeekTag();
  if (tag.empty()) {
    return cursor_.TakeText(&scalar->raw) && Close("");
  }
  cursor_.SkipBlanks();
  // Behind "<tag".
  cursor_.MoveTo(cursor_.position() + 1 + tag.size());
  if (cursor_.Accept("/>")) {
    scalar->raw = "";
    return Close("");
  }
  if (!cursor_.Expect(">") || !cursor_.TakeText(&scalar->raw) ||
      !cursor_.Expect("</") || !cursor_.Expect(tag)) {
    return false;
  }
  return Close(">");
}

bool XmlValue::TakeKey(absl::string_view* key) {
  if (cursor_.Accept("<name/>")) {
    *key = "";
    return true;
  }
  absl::string_view raw;
  if (!cursor_.Expect("<name>") || !cursor_.TakeTextUntil("</name>", &raw)) {
    return false;
  }
  // xapi writes names without escaping them, so that a map key may hold what
  // looks like markup.
  if (!cursor_.Decode(raw, key)) *key = raw;
  return true;
}

bool XmlValue::String(absl::string_view* out) {
  Scalar scalar;
  if (!TakeScalar(&scalar) || scalar.type == XmlType::kBool ||
      scalar.type == XmlType::kOther) {
    return false;
  }
  return cursor_.Decode(scalar.raw, out) || cursor_.Malformed();
}

bool XmlValue::Int(int64_t* out) {
  Scalar scalar;
  return TakeScalar(&scalar) &&
         (scalar.type == XmlType::kText || scalar.type == XmlType::kInt) &&
         absl::SimpleAtoi(scalar.raw, out);
}

bool XmlValue::Double(double* out) {
  Scalar scalar;
  return TakeScalar(&scalar) &&
         (scalar.type == XmlType::kText || scalar.type == XmlType::kInt ||
          scalar.type == XmlType::kDouble) &&
         (ParseSpecialDouble(scalar.raw, out) ||
          absl::SimpleAtod(scalar.raw, out));
}

bool XmlValue::Bool(bool* out) {
  Scalar scalar;
  if (!TakeScalar(&scalar) || scalar.type != XmlType::kBool) return false;
  const bool yes = scalar.raw == "1" || scalar.raw == "true";
  if (!yes && scalar.raw != "0" && scalar.raw != "false") return false;
  *out = yes;
  return true;
}

void XmlValue::AppendScalarJson(std::string& out) {
  Scalar scalar;
  absl::string_view text;
  if (!TakeScalar(&scalar)) return;
  if (!cursor_.Decode(scalar.raw, &text)) {
    cursor_.Malformed();
    return;
  }
  AppendXmlScalarJson(scalar.type, text, out);
}

void XmlValue::AppendJson(std::string& out, int depth) {
  if (depth > kMaxJsonDepth) {
    cursor_.Malformed();
    return;
  }
  const char* separator = "";
  switch (Peek()) {
    case XmlType::kArray:
      out.push_back('[');
      Elements([&](XmlValue& value) {
        out.append(std::exchange(separator, ","));
        value.AppendJson(out, depth + 1);
        return true;
      });
      out.push_back(']');
      return;
    case XmlType::kStruct:
      out.push_back('{');
      Members([&](absl::string_view key, XmlValue& value) {
        out.append(std::exchange(separator, ","));
        AppendJsonString(key, out);
        out.push_back(':');
        value.AppendJson(out, depth + 1);
        return true;
      });
      out.push_back('}');
      return;
    default:
      AppendScalarJson(out);
  }
}

}  // namespace xapi_gateway::wire
