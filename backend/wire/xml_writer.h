// Writes the arguments of a call in XML-RPC.
#ifndef BACKEND_WIRE_XML_WRITER_H_
#define BACKEND_WIRE_XML_WRITER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace xapi_gateway::wire {

// The XML counterpart of JsonWriter, member for member. Strings must be valid
// UTF-8 and free of characters that XML 1.0 cannot carry (controls other than
// tab, LF and CR). Not thread-safe.
class XmlWriter {
 public:
  void String(absl::string_view value);
  // Written as a string of digits: xapi's integers have 64 bits, and XML-RPC's
  // <int> has 32.
  void Int(int64_t value);
  // NaN and infinities become "nan", "inf" and "-inf".
  void Double(double value);
  void Bool(bool value);
  // `value` is already in xapi's form, such as "20260131T09:05:07Z".
  void DateTime(absl::string_view value);

  void BeginArray();
  void EndArray();
  void BeginStruct();
  // Names the value that comes next; only directly inside a struct.
  void Key(absl::string_view name);
  void EndStruct();

  size_t size() const { return out_.size(); }
  // The <param> elements, one for each value written at the top.
  std::string Take() && { return std::move(out_); }

 private:
  void OpenValue();
  void CloseValue();
  void Tagged(absl::string_view tag, absl::string_view text);

  std::string out_;
  int depth_ = 0;
  // One bit per open container, set for a struct: its values close a <member>.
  uint64_t structs_ = 0;
};

// Appends `text` with the characters that XML reserves replaced.
void AppendXmlText(absl::string_view text, std::string& out);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_XML_WRITER_H_
