#include "tests/simulator/value.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {
namespace {

std::string ShortFloat(double number, const char* format) {
  char text[40];
  std::snprintf(text, sizeof(text), format, number);
  return text;
}

struct Quoter {
  std::string operator()(std::monostate) const { return "N"; }
  std::string operator()(bool b) const { return b ? "B(true)" : "B(false)"; }
  std::string operator()(int64_t n) const { return absl::StrCat("I(", n, ")"); }
  std::string operator()(double d) const {
    return absl::StrCat("F(", ShortFloat(d, "%g"), ")");
  }
  std::string operator()(const std::string& s) const {
    return absl::StrCat("S(", s, ")");
  }
  std::string operator()(const DateTime& t) const {
    return absl::StrCat("D(", t.text, ")");
  }
  std::string operator()(const TaggedInt& n) const {
    return absl::StrCat("I32(", n.number, ")");
  }
  std::string operator()(const Array& items) const {
    std::string out = "[";
    for (const Value& item : items) {
      absl::StrAppend(&out, out.size() > 1 ? ";" : "", Quoted(item));
    }
    return out + "]";
  }
  std::string operator()(const Struct& members) const {
    std::string out = "{";
    for (const Member& member : members) {
      absl::StrAppend(&out, out.size() > 1 ? ";" : "", member.name, ":",
                      Quoted(member.value));
    }
    return out + "}";
  }
};

struct DatabaseWriter {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(int64_t n) const { return absl::StrCat(n); }
  std::string operator()(double d) const { return ShortFloat(d, "%.16g"); }
  std::string operator()(const std::string& s) const { return s; }
  std::string operator()(const DateTime& t) const { return t.text; }
  std::string operator()(const TaggedInt& n) const {
    return absl::StrCat(n.number);
  }
  std::string operator()(const Array& items) const {
    std::string out = "(";
    for (const Value& item : items) {
      absl::StrAppend(&out, out.size() > 1 ? " " : "", "'", DatabaseText(item),
                      "'");
    }
    return out + ")";
  }
  std::string operator()(const Struct& members) const {
    std::string out = "(";
    for (const Member& member : members) {
      absl::StrAppend(&out, out.size() > 1 ? " " : "", "('", member.name, "' '",
                      DatabaseText(member.value), "')");
    }
    return out + ")";
  }
};

}  // namespace

const std::string& Value::text() const {
  static const std::string& empty = *new std::string;
  if (const auto* s = As<std::string>()) return *s;
  if (const auto* t = As<DateTime>()) return t->text;
  return empty;
}

const Array& Value::array() const {
  static const Array& empty = *new Array;
  return As<Array>() ? *As<Array>() : empty;
}

const Struct& Value::members() const {
  static const Struct& empty = *new Struct;
  return As<Struct>() ? *As<Struct>() : empty;
}

bool Value::operator==(const Value& other) const { return v == other.v; }

const Value* Find(const Struct& members, absl::string_view name) {
  for (const Member& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Value* Find(Struct& members, absl::string_view name) {
  return const_cast<Value*>(Find(std::as_const(members), name));
}

Array ToArray(const std::vector<std::string>& texts) {
  return Array(texts.begin(), texts.end());
}

std::vector<std::string> ToTexts(const Value& set) {
  std::vector<std::string> out;
  for (const Value& item : set.array()) {
    if (const auto* s = item.As<std::string>()) out.push_back(*s);
  }
  return out;
}

std::string Quoted(const Value& value) { return std::visit(Quoter(), value.v); }

std::string DatabaseText(const Value& value) {
  return std::visit(DatabaseWriter(), value.v);
}

}  // namespace xapi_gateway::simulator
