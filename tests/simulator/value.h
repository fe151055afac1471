// One value as the API's wires carry it. Both codecs read into and write from
// this type, so that nothing behind them knows which wire a call came by.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_VALUE_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_VALUE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {

struct Value;
struct Member;
using Array = std::vector<Value>;
// Members in the order they were sent. A name may occur twice: the real server
// stores and returns duplicates.
using Struct = std::vector<Member>;

// Text as it goes over the wire, e.g. 20260131T09:05:07Z.
struct DateTime {
  std::string text;
  bool operator==(const DateTime&) const = default;
};

// An integer that XML carries with its tag. Only the object counts of an event
// batch are such; all other integers are untagged.
struct TaggedInt {
  int64_t number = 0;
  bool operator==(const TaggedInt&) const = default;
};

struct Value {
  std::variant<std::monostate, bool, int64_t, double, std::string, DateTime,
               TaggedInt, Array, Struct>
      v;

  Value() = default;
  Value(bool b) : v(b) {}                      // NOLINT: a literal is a value
  Value(int n) : v(int64_t{n}) {}              // NOLINT
  Value(int64_t n) : v(n) {}                   // NOLINT
  Value(double d) : v(d) {}                    // NOLINT
  Value(const char* s) : v(std::string(s)) {}  // NOLINT
  Value(std::string s) : v(std::move(s)) {}    // NOLINT
  Value(absl::string_view s) : v(std::string(s)) {}  // NOLINT
  Value(DateTime t) : v(std::move(t)) {}             // NOLINT
  Value(TaggedInt n) : v(n) {}                       // NOLINT
  Value(Array a) : v(std::move(a)) {}                // NOLINT
  Value(Struct s) : v(std::move(s)) {}               // NOLINT

  // nullptr when the value is of another kind.
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&v);
  }
  template <typename T>
  T* As() {
    return std::get_if<T>(&v);
  }
  bool is_null() const { return v.index() == 0; }

  // The text of a string or datetime, else the empty string.
  const std::string& text() const;
  bool boolean() const { return As<bool>() && *As<bool>(); }
  int64_t integer() const { return As<int64_t>() ? *As<int64_t>() : 0; }
  // Empty when the value is not a set.
  const Array& array() const;
  const Struct& members() const;

  bool operator==(const Value& other) const;
};

struct Member {
  std::string name;
  Value value;
  bool operator==(const Member&) const = default;
};

// The first member of that name, or nullptr.
const Value* Find(const Struct& members, absl::string_view name);
Value* Find(Struct& members, absl::string_view name);

// All texts as a set value, and back (non-texts are left out).
Array ToArray(const std::vector<std::string>& texts);
std::vector<std::string> ToTexts(const Value& set);

// The form the real server quotes a badly typed value in: S(text), I(5), N.
std::string Quoted(const Value& value);

// The text the database compares in filters: "true", "5", references as such.
std::string DatabaseText(const Value& value);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_VALUE_H_
