#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rapidjson/error/en.h"
#include "rapidjson/memorystream.h"
#include "rapidjson/reader.h"
#include "tests/simulator/codec.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

// Deeper nesting than any call of the API needs; keeps recursion bounded.
constexpr int kMaxDepth = 64;

// Builds a Value from the reader's callbacks. Numbers arrive as text, because a
// whole number beyond 64 bits must be told apart from a double.
class Builder {
 public:
  bool Null() { return Put(Value()); }
  bool Bool(bool b) { return Put(Value(b)); }
  bool Int(int n) { return Put(Value(n)); }
  bool Uint(unsigned n) { return Put(Value(int64_t{n})); }
  bool Int64(int64_t n) { return Put(Value(n)); }
  bool Uint64(uint64_t n) { return Put(Value(static_cast<double>(n))); }
  bool Double(double d) { return Put(Value(d)); }
  bool String(const char* s, rapidjson::SizeType n, bool) {
    return Put(Value(std::string(s, n)));
  }
  bool Key(const char* s, rapidjson::SizeType n, bool) {
    key_.assign(s, n);
    return true;
  }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool) {
    std::string text(s, n);
    if (text.find_first_of(".eENI") == std::string::npos) {
      std::optional<int64_t> whole = ParseInteger(text);
      if (!whole) too_big_ = true;
      return whole && Put(Value(*whole));
    }
    return Put(Value(std::strtod(text.c_str(), nullptr)));
  }
  bool StartObject() { return Open(Value(Struct{})); }
  bool StartArray() { return Open(Value(Array{})); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool EndArray(rapidjson::SizeType) { return Close(); }

  bool too_big() const { return too_big_; }
  Value& root() { return root_; }

 private:
  struct Level {
    Value value;
    std::string key;  // under which the parent keeps it
  };

  bool Open(Value container) {
    if (levels_.size() >= kMaxDepth) return false;
    levels_.push_back({std::move(container), key_});
    return true;
  }
  bool Close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    key_ = std::move(level.key);
    return Put(std::move(level.value));
  }
  bool Put(Value value) {
    if (levels_.empty()) {
      root_ = std::move(value);
    } else if (auto* items = levels_.back().value.As<Array>()) {
      items->push_back(std::move(value));
    } else {
      levels_.back().value.As<Struct>()->push_back({key_, std::move(value)});
    }
    return true;
  }

  std::vector<Level> levels_;
  std::string key_;
  Value root_;
  bool too_big_ = false;
};

constexpr unsigned kFlags =
    rapidjson::kParseNanAndInfFlag | rapidjson::kParseNumbersAsStringsFlag;

struct Parsed {
  bool ok = false;
  Value value;
  std::string fault;
};

Parsed ParseText(absl::string_view text) {
  if (text.empty())
    return {false, {}, "Yojson__Common.Json_error(\"Blank input data\")"};
  Builder builder;
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (result) return {true, std::move(builder.root()), ""};
  if (builder.too_big()) return {false, {}, "Failure(\"Int64.of_string\")"};
  return {
      false,
      {},
      absl::StrCat("Yojson__Common.Json_error(\"Line 1, byte ", result.Offset(),
                   ":\\n", rapidjson::GetParseError_En(result.Code()), "\")")};
}

WireRequest Malformed(absl::string_view what) {
  WireRequest request;
  request.fault.page_text = absl::StrCat(
      "Jsonrpc.Malformed_method_request(\"Invalid ", what, " body\")");
  return request;
}

WireRequest BadField(absl::string_view field) {
  return Malformed(absl::StrCat("field '", field, "' in request"));
}

void AppendEscaped(std::string* out, absl::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (unsigned char c : text) {
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      case '\b':
        out->append("\\b");
        break;
      case '\f':
        out->append("\\f");
        break;
      default:
        if (c < 0x20 || c == 0x7f) {
          out->append("\\u00");
          out->push_back(kHex[c >> 4]);
          out->push_back(kHex[c & 15]);
        } else {
          out->push_back(static_cast<char>(c));
        }
    }
  }
  out->push_back('"');
}

void AppendFloat(std::string* out, double number) {
  if (std::isnan(number)) return out->append("NaN"), void();
  if (std::isinf(number)) {
    return out->append(number > 0 ? "Infinity" : "-Infinity"), void();
  }
  char text[40];
  std::snprintf(text, sizeof(text), "%.16g", number);
  if (std::strtod(text, nullptr) != number) {
    std::snprintf(text, sizeof(text), "%.17g", number);
  }
  out->append(text);
  if (absl::string_view(text).find_first_of(".e") == absl::string_view::npos) {
    out->append(".0");
  }
}

void AppendJson(std::string* out, const Value& value);

struct Writer {
  std::string* out;

  void operator()(std::monostate) const { out->append("null"); }
  void operator()(bool b) const { out->append(b ? "true" : "false"); }
  void operator()(int64_t n) const { absl::StrAppend(out, n); }
  void operator()(const TaggedInt& n) const { absl::StrAppend(out, n.number); }
  void operator()(double d) const { AppendFloat(out, d); }
  void operator()(const std::string& s) const { AppendEscaped(out, s); }
  void operator()(const DateTime& t) const { AppendEscaped(out, t.text); }
  void operator()(const Array& items) const {
    out->push_back('[');
    for (const Value& item : items) {
      if (&item != &items.front()) out->push_back(',');
      AppendJson(out, item);
    }
    out->push_back(']');
  }
  void operator()(const Struct& members) const {
    out->push_back('{');
    for (const Member& member : members) {
      if (&member != &members.front()) out->push_back(',');
      AppendEscaped(out, member.name);
      out->push_back(':');
      AppendJson(out, member.value);
    }
    out->push_back('}');
  }
};

void AppendJson(std::string* out, const Value& value) {
  std::visit(Writer{out}, value.v);
}

// Takes the parameters out of the request; an object counts as one of them.
bool TakeParams(Struct& members, WireCall* call) {
  Value* params = Find(members, "params");
  if (call->wire == Wire::kJson1 && (!params || !params->As<Array>())) {
    return false;
  }
  if (!params || params->is_null()) return true;
  if (auto* items = params->As<Array>()) {
    call->args = std::move(*items);
    return true;
  }
  if (!params->As<Struct>()) return false;
  call->args.push_back(std::move(*params));
  return true;
}

}  // namespace

std::string ToJson(const Value& value) {
  std::string out;
  AppendJson(&out, value);
  return out;
}

bool FromJson(absl::string_view text, Value* value) {
  Parsed parsed = ParseText(text);
  if (parsed.ok) *value = std::move(parsed.value);
  return parsed.ok;
}

WireRequest ParseJsonCall(absl::string_view body) {
  WireRequest request;
  Parsed parsed = ParseText(body);
  if (!parsed.ok) {
    request.fault.page_text = parsed.fault;
    return request;
  }
  auto* members = parsed.value.As<Struct>();
  if (!members) return Malformed("request");
  WireCall& call = request.call;
  const Value* version = Find(*members, "jsonrpc");
  if (version && version->text() != "2.0") return BadField("jsonrpc");
  call.wire = version ? Wire::kJson2 : Wire::kJson1;
  const Value* method = Find(*members, "method");
  if (!method || !method->As<std::string>()) return BadField("method");
  call.method = method->text();
  const Value* id = Find(*members, "id");
  if (!id || (!id->As<int64_t>() && !id->As<std::string>())) {
    return BadField("id");
  }
  call.id = ToJson(*id);
  if (!TakeParams(*members, &call)) return BadField("params");
  request.ok = true;
  return request;
}

std::string WriteJsonReply(const WireCall& call, const Outcome& outcome,
                           ReplyShape shape) {
  if (shape.pre_dispatch && !outcome.ok()) {
    return absl::StrCat("{\"jsonrpc\":\"2.0\",\"error\":",
                        ToJson(ToArray(outcome.error().text)), ",\"id\":0}");
  }
  std::string out = call.wire == Wire::kJson2 ? "{\"jsonrpc\":\"2.0\"," : "{";
  if (outcome.ok()) {
    out.append("\"result\":");
    AppendJson(&out, *outcome);
    if (call.wire == Wire::kJson1) out.append(",\"error\":null");
  } else if (call.wire == Wire::kJson1) {
    absl::StrAppend(&out, "\"result\":null,\"error\":",
                    ToJson(ToArray(outcome.error().text)));
  } else {
    std::vector<std::string> params = outcome.error().text;
    std::string code = params.front();
    params.erase(params.begin());
    absl::StrAppend(&out, "\"error\":{\"code\":1,\"message\":", ToJson(code),
                    ",\"data\":", ToJson(ToArray(params)), "}");
  }
  absl::StrAppend(&out, ",\"id\":", call.id, "}");
  return out;
}

}  // namespace xapi_gateway::simulator
