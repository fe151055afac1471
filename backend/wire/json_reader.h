// Walks a JSON reply once, front to back, without building a tree.
//
// Only the transcoder and this folder include this header: it is a template
// layer over simdjson's on-demand parser, inlined into the decoder's loops.
#ifndef BACKEND_WIRE_JSON_READER_H_
#define BACKEND_WIRE_JSON_READER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "backend/wire/json_text.h"
#include "simdjson.h"

namespace xapi_gateway::wire {

// What all values of one document share.
struct JsonDocumentState {
  // One past the last byte of the document.
  const char* end = nullptr;
  // Set once the text proves not to be JSON; nothing read afterwards counts.
  bool malformed = false;
};

// One value of a reply; XmlValue has the same members, so that a decoder can
// be a template over the value. A value is read once, before its parent moves
// on. Each reader returns false and leaves `out` alone where the value is of
// another type or the document is malformed.
class JsonValue {
 public:
  JsonValue(simdjson::ondemand::value value, JsonDocumentState* state)
      : value_(value), state_(state) {}

  // Valid UTF-8; the text lives until the reader takes the next document.
  bool String(absl::string_view* out);
  // A number, or a string of decimal digits.
  bool Int(int64_t* out);
  // A number, or NaN and infinities as bare words or strings.
  bool Double(double* out);
  bool Bool(bool* out);

  // Calls fn(JsonValue&) for each member of an array until it returns false.
  template <typename Fn>
  bool Elements(Fn&& fn);
  // Calls fn(absl::string_view key, JsonValue&) for each member of an object
  // until it returns false.
  template <typename Fn>
  bool Members(Fn&& fn);

  // Appends the value as JSON text; works after a failed read, too.
  void AppendJson(std::string& out) {
    AppendJsonValue(value_.raw_json_token().data(), state_->end, out);
  }

 private:
  // Whether `error` leaves the document readable; otherwise notes it malformed.
  bool Check(simdjson::error_code error) {
    using namespace simdjson;  // NOLINT: error codes
    if (error == SUCCESS) return true;
    if (error != INCORRECT_TYPE && error != NUMBER_ERROR &&
        error != STRING_ERROR && error != NUMBER_OUT_OF_RANGE) {
      state_->malformed = true;
    }
    return false;
  }
  bool Key(simdjson::ondemand::field& field, absl::string_view* key);

  simdjson::ondemand::value value_;
  JsonDocumentState* state_;
};

inline bool JsonValue::String(absl::string_view* out) {
  std::string_view text;
  if (!Check(value_.get_string().get(text))) return false;
  *out = absl::string_view(text.data(), text.size());
  return true;
}

inline bool JsonValue::Bool(bool* out) {
  return Check(value_.get_bool().get(*out));
}

inline bool JsonValue::Int(int64_t* out) {
  int64_t number;
  if (value_.get_int64().get(number) == simdjson::SUCCESS) {
    *out = number;
    return true;
  }
  std::string_view token = value_.raw_json_token();
  return !token.empty() && token[0] == '"' && ParseQuotedInt(token, out);
}

inline bool JsonValue::Double(double* out) {
  double number;
  if (value_.get_double().get(number) == simdjson::SUCCESS) {
    *out = number;
    return true;
  }
  std::string_view token = value_.raw_json_token();
  return ParseSpecialDouble(absl::string_view(token.data(), token.size()), out);
}

inline bool JsonValue::Key(simdjson::ondemand::field& field,
                           absl::string_view* key) {
  const char* begin = field.key().raw();
  const char* quote = static_cast<const char*>(
      memchr(begin, '"', static_cast<size_t>(state_->end - begin)));
  if (quote == nullptr) {
    state_->malformed = true;
    return false;
  }
  size_t size = static_cast<size_t>(quote - begin);
  if (memchr(begin, '\\', size) == nullptr) {
    *key = absl::string_view(begin, size);
    return true;
  }
  std::string_view text;
  // A key that cannot be unescaped is no key: the whole text is refused.
  if (field.unescaped_key().get(text) != simdjson::SUCCESS) {
    state_->malformed = true;
    return false;
  }
  *key = absl::string_view(text.data(), text.size());
  return true;
}

template <typename Fn>
bool JsonValue::Elements(Fn&& fn) {
  simdjson::ondemand::array array;
  if (!Check(value_.get_array().get(array))) return false;
  for (auto element : array) {
    simdjson::ondemand::value value;
    if (element.get(value) != simdjson::SUCCESS) {
      state_->malformed = true;
      return false;
    }
    JsonValue member(value, state_);
    if (!fn(member) || state_->malformed) return false;
  }
  return true;
}

template <typename Fn>
bool JsonValue::Members(Fn&& fn) {
  simdjson::ondemand::object object;
  if (!Check(value_.get_object().get(object))) return false;
  for (auto result : object) {
    simdjson::ondemand::field field;
    absl::string_view key;
    if (std::move(result).get(field) != simdjson::SUCCESS) {
      state_->malformed = true;
      return false;
    }
    if (!Key(field, &key)) return false;
    JsonValue member(field.value(), state_);
    if (!fn(key, member) || state_->malformed) return false;
  }
  return true;
}

// Reads one document after the other, reusing its buffers. Not thread-safe.
class JsonReader {
 public:
  // Calls fn(absl::string_view key, JsonValue&) for each member of the object
  // that `body` is. False if `body` is malformed or fn returned false. Grows
  // the capacity of `body` if kReplyPadding is not there.
  template <typename Fn>
  bool Read(std::string& body, Fn&& fn);

  // Document bytes that the buffers could take without growing.
  size_t capacity() const { return parser_.capacity(); }

 private:
  simdjson::ondemand::parser parser_;
};

template <typename Fn>
bool JsonReader::Read(std::string& body, Fn&& fn) {
  static_assert(simdjson::SIMDJSON_PADDING <= 64);
  if (body.capacity() < body.size() + simdjson::SIMDJSON_PADDING) {
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  }
  JsonDocumentState state{body.data() + body.size()};
  simdjson::ondemand::document document;
  simdjson::ondemand::value root;
  if (parser_.iterate(body.data(), body.size(), body.capacity())
          .get(document) != simdjson::SUCCESS ||
      document.get_value().get(root) != simdjson::SUCCESS) {
    return false;
  }
  return JsonValue(root, &state).Members(std::forward<Fn>(fn)) &&
         !state.malformed &&
         document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_JSON_READER_H_
