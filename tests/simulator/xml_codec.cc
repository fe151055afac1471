#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "pugixml.hpp"
#include "tests/simulator/codec.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {

std::string WriteJsonReply(const WireCall& call, const Outcome& outcome,
                           ReplyShape shape);

namespace {

using Node = pugi::xml_node;

// Deeper nesting than any call of the API needs; keeps recursion bounded.
constexpr int kMaxDepth = 64;

WireRequest BadXml(size_t offset, absl::string_view what) {
  WireRequest request;
  request.fault.page_text =
      absl::StrCat("Xmlm.Error(1:", offset, ", \"", what, "\")");
  return request;
}

// The first byte no XML document may hold, or npos. The parser would let it
// through, the real server's does not.
size_t FirstIllegalByte(absl::string_view body) {
  for (size_t i = 0; i < body.size(); ++i) {
    unsigned char c = body[i];
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return i;
  }
  return absl::string_view::npos;
}

bool IsKnownEntity(absl::string_view name) {
  return name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
         name == "apos" || absl::StartsWith(name, "#");
}

// Where a reference to an undeclared entity starts, or npos.
size_t FirstUnknownEntity(absl::string_view body, std::string* name) {
  for (size_t i = body.find('&'); i != absl::string_view::npos;
       i = body.find('&', i + 1)) {
    size_t end = body.find(';', i);
    if (end == absl::string_view::npos) end = body.size();
    *name = std::string(body.substr(i + 1, end - i - 1));
    if (!IsKnownEntity(*name)) return i;
  }
  return absl::string_view::npos;
}

bool ReadValue(Node node, int depth, Value* out);

bool ReadArray(Node node, int depth, Value* out) {
  Array items;
  for (Node child : node.child("data").children("value")) {
    if (!ReadValue(child, depth, &items.emplace_back())) return false;
  }
  *out = Value(std::move(items));
  return true;
}

bool ReadStruct(Node node, int depth, Value* out) {
  Struct members;
  for (Node child : node.children("member")) {
    Member member{child.child("name").text().get(), Value()};
    if (!ReadValue(child.child("value"), depth, &member.value)) return false;
    members.push_back(std::move(member));
  }
  *out = Value(std::move(members));
  return true;
}

bool ReadDouble(const char* text, Value* out) {
  char* end = nullptr;
  double number = std::strtod(text, &end);
  *out = Value(number);
  return *text != '\0' && *end == '\0';
}

bool ReadTagged(Node node, int depth, Value* out) {
  absl::string_view tag = node.name();
  const char* text = node.text().get();
  if (tag == "string") return *out = Value(text), true;
  if (tag == "int" || tag == "i4" || tag == "i8") {
    std::optional<int64_t> number = ParseInteger(text);
    if (number) *out = Value(*number);
    return number.has_value();
  }
  // Every text but 1 is false, "true" included.
  if (tag == "boolean")
    return *out = Value(absl::string_view(text) == "1"), true;
  if (tag == "double") return ReadDouble(text, out);
  if (tag == "dateTime.iso8601") return *out = DateTime{text}, true;
  if (tag == "base64") return *out = Value(text), true;
  if (tag == "nil") return *out = Value(), true;
  if (tag == "array") return ReadArray(node, depth + 1, out);
  if (tag == "struct") return ReadStruct(node, depth + 1, out);
  return false;
}

bool ReadValue(Node node, int depth, Value* out) {
  if (!node || depth > kMaxDepth) return false;
  for (Node child : node.children()) {
    if (child.type() == pugi::node_element)
      return ReadTagged(child, depth, out);
  }
  *out = Value(node.text().get());
  return true;
}

void AppendEscaped(std::string* out, absl::string_view text) {
  for (unsigned char c : text) {
    switch (c) {
      case '<':
        out->append("&lt;");
        break;
      case '>':
        out->append("&gt;");
        break;
      case '&':
        out->append("&amp;");
        break;
      case '"':
        out->append("&quot;");
        break;
      default:
        // Control characters are dropped, not escaped.
        if (c >= 0x20 || c == '\t' || c == '\n' || c == '\r') {
          out->push_back(static_cast<char>(c));
        }
    }
  }
}

void AppendFloat(std::string* out, double number) {
  if (std::isnan(number)) return out->append("nan"), void();
  if (std::isinf(number))
    return out->append(number > 0 ? "inf" : "-inf"), void();
  char text[40];
  std::snprintf(text, sizeof(text), "%.16g", number);
  out->append(text);
}

void AppendValue(std::string* out, const Value& value);

struct Writer {
  std::string* out;

  void operator()(std::monostate) const { out->append("<nil/>"); }
  void operator()(bool b) const {
    absl::StrAppend(out, "<boolean>", b ? 1 : 0, "</boolean>");
  }
  void operator()(int64_t n) const { absl::StrAppend(out, n); }
  void operator()(const TaggedInt& n) const {
    absl::StrAppend(out, "<i4>", n.number, "</i4>");
  }
  void operator()(double d) const {
    out->append("<double>");
    AppendFloat(out, d);
    out->append("</double>");
  }
  void operator()(const std::string& s) const { AppendEscaped(out, s); }
  void operator()(const DateTime& t) const {
    absl::StrAppend(out, "<dateTime.iso8601>", t.text, "</dateTime.iso8601>");
  }
  void operator()(const Array& items) const {
    out->append("<array><data>");
    for (const Value& item : items) AppendValue(out, item);
    out->append("</data></array>");
  }
  void operator()(const Struct& members) const {
    out->append("<struct>");
    for (const Member& member : members) {
      // The real server does not escape names either.
      absl::StrAppend(out, "<member><name>", member.name, "</name>");
      AppendValue(out, member.value);
      out->append("</member>");
    }
    out->append("</struct>");
  }
};

void AppendValue(std::string* out, const Value& value) {
  out->append("<value>");
  std::visit(Writer{out}, value.v);
  out->append("</value>");
}

Value StatusStruct(const Outcome& outcome) {
  if (outcome.ok()) return Struct{{"Status", "Success"}, {"Value", *outcome}};
  return Struct{{"Status", "Failure"},
                {"ErrorDescription", ToArray(outcome.error().text)}};
}

std::string WriteXmlReply(const Outcome& outcome, ReplyShape shape) {
  std::string out = "<?xml version=\"1.0\"?><methodResponse><params><param>";
  bool bare = shape.bare && outcome.ok();
  AppendValue(&out, bare ? *outcome : StatusStruct(outcome));
  out.append("</param></params></methodResponse>");
  return out;
}

bool DeclaresOtherEncoding(absl::string_view body) {
  size_t end = body.find("?>");
  if (end == absl::string_view::npos || !absl::StartsWith(body, "<?xml")) {
    return false;
  }
  std::string prolog = absl::AsciiStrToLower(body.substr(0, end));
  return absl::StrContains(prolog, "encoding") &&
         !absl::StrContains(prolog, "utf-8");
}

}  // namespace

absl::string_view WireName(Wire wire) {
  static constexpr absl::string_view kNames[] = {"xmlrpc", "jsonrpc1",
                                                 "jsonrpc2"};
  return kNames[static_cast<int>(wire)];
}

std::string ToXmlValue(const Value& value) {
  std::string out;
  AppendValue(&out, value);
  return out;
}

WireRequest ParseXmlCall(absl::string_view body) {
  size_t illegal = FirstIllegalByte(body);
  bool utf8 = DeclaresOtherEncoding(body) || IsUtf8(body);
  if (illegal != absl::string_view::npos || !utf8) {
    return BadXml(utf8 ? illegal + 1 : 1, "malformed character stream");
  }
  std::string entity;
  size_t unknown = FirstUnknownEntity(body, &entity);
  if (unknown != absl::string_view::npos) {
    return BadXml(unknown + 1,
                  absl::StrCat("unknown entity reference (", entity, ")"));
  }
  pugi::xml_document document;
  pugi::xml_parse_result parsed =
      document.load_buffer(body.data(), body.size(),
                           pugi::parse_default | pugi::parse_ws_pcdata_single);
  Node root = document.document_element();
  if (!root) return BadXml(1, "expected root element");
  if (!parsed) return BadXml(parsed.offset + 1, "unexpected end of input");
  Node params = root.child("params");
  WireRequest request;
  if (absl::string_view(root.name()) != "methodCall" || !params) {
    return BadXml(1, "expected methodCall with params");
  }
  request.call.method = root.child("methodName").text().get();
  for (Node param : params.children("param")) {
    if (!ReadValue(param.child("value"), 0,
                   &request.call.args.emplace_back())) {
      return BadXml(param.offset_debug() + 1, "malformed value");
    }
  }
  request.ok = true;
  return request;
}

std::string WriteReply(const WireCall& call, const Outcome& outcome,
                       ReplyShape shape) {
  if (call.wire == Wire::kXml) return WriteXmlReply(outcome, shape);
  return WriteJsonReply(call, outcome, shape);
}

}  // namespace xapi_gateway::simulator
