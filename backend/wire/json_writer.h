// Writes the arguments of a call in JSON.
#ifndef BACKEND_WIRE_JSON_WRITER_H_
#define BACKEND_WIRE_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace xapi_gateway::wire {

// Appends one value after the other; XmlWriter has the same members, so that
// an encoder can be a template over the writer. Strings must be valid UTF-8.
// Not thread-safe.
class JsonWriter {
 public:
  void String(absl::string_view value);
  void Int(int64_t value);
  // NaN and infinities are written as the bare words that xapi reads.
  void Double(double value);
  void Bool(bool value);
  // `value` is already in xapi's form, such as "20260131T09:05:07Z".
  void DateTime(absl::string_view value) { String(value); }

  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void BeginStruct() { Open('{'); }
  // Names the value that comes next; only directly inside a struct.
  void Key(absl::string_view name);
  void EndStruct() { Close('}'); }

  size_t size() const { return out_.size(); }
  // The comma-separated arguments, without brackets round them.
  std::string Take() && { return std::move(out_); }

 private:
  void Separate() {
    if (!first_) out_.push_back(',');
    first_ = false;
  }
  void Open(char bracket) {
    Separate();
    out_.push_back(bracket);
    first_ = true;
  }
  void Close(char bracket) {
    out_.push_back(bracket);
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

// Appends `value` as a JSON string, quotes included.
void AppendJsonString(absl::string_view value, std::string& out);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_JSON_WRITER_H_
