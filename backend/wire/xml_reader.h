// Walks an XML-RPC reply once, front to back, without building a tree.
//
// A reply of xapi uses a small, fixed part of XML: elements without attributes,
// text and references. That part is read here directly; comments, CDATA and
// document types, which no host sends, make a reply malformed.
#ifndef BACKEND_WIRE_XML_READER_H_
#define BACKEND_WIRE_XML_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "backend/wire/xml_text.h"
#include "backend/wire/xml_type.h"

namespace xapi_gateway::wire {

// The position in a document, and what its values share.
class XmlCursor {
 public:
  explicit XmlCursor(absl::string_view text)
      : begin_(text.data()), p_(begin_), end_(begin_ + text.size()) {}

  bool malformed() const { return malformed_; }
  bool Malformed() {
    malformed_ = true;
    return false;
  }
  bool at_end() const { return p_ == end_; }
  const char* position() const { return p_; }
  void MoveTo(const char* position) { p_ = position; }

  void SkipBlanks();
  // Skips the XML declaration, if there is one.
  void SkipProlog();
  // Takes a tag, such as "<value>", behind white space. A failure of Expect
  // makes the document malformed.
  bool Accept(absl::string_view tag);
  bool Expect(absl::string_view tag) { return Accept(tag) || Malformed(); }
  // Takes the text up to the next tag, as it stands in the document.
  bool TakeText(absl::string_view* raw);
  // Takes the text up to `tag`, and the tag.
  bool TakeTextUntil(absl::string_view tag, absl::string_view* raw);
  // Replaces the references in `raw`. False if a reference names no
  // character. The text lives as long as the cursor.
  bool Decode(absl::string_view raw, absl::string_view* text);
  // The name of the tag that comes next, or "" if none does.
  absl::string_view PeekTag() const;
  // Moves behind the </value> that ends the value whose content starts here.
  bool SkipValue();

 private:
  const char* const begin_;
  const char* p_;
  const char* const end_;
  bool malformed_ = false;
  // Decoded text, each at the offset of its original, which is never shorter.
  std::unique_ptr<char[]> decoded_;
};

// One value of a reply; the counterpart of JsonValue, member for member.
class XmlValue {
 public:
  // The cursor stands behind <value>.
  explicit XmlValue(XmlCursor& cursor)
      : cursor_(cursor), begin_(cursor.position()) {}

  // Text, a date, or the digits of a tagged number.
  bool String(absl::string_view* out);
  // xapi leaves integers untagged; tagged ones are read, too.
  bool Int(int64_t* out);
  bool Double(double* out);
  bool Bool(bool* out);

  template <typename Fn>
  bool Elements(Fn&& fn);
  template <typename Fn>
  bool Members(Fn&& fn);

  // Appends the value as JSON; works after a failed read, too. Untagged text,
  // integers included, becomes a JSON string: nothing tells them apart.
  void AppendJson(std::string& out) { AppendJson(out, 0); }

  // What the value holds, from its tag.
  XmlType Peek();

  // Moves behind the value, whatever was read of it.
  bool Finish() {
    if (consumed_) return true;
    cursor_.MoveTo(begin_);
    return cursor_.SkipValue();
  }

 private:
  struct Scalar {
    XmlType type;
    absl::string_view raw;
  };
  // Takes a value that is text, tagged or not; false if it is a container.
  bool TakeScalar(Scalar* scalar);
  bool TakeKey(absl::string_view* key);
  bool Close(absl::string_view tag);
  void AppendJson(std::string& out, int depth);
  void AppendScalarJson(std::string& out);

  template <typename Fn>
  bool Child(Fn&& fn);

  XmlCursor& cursor_;
  const char* begin_;
  bool consumed_ = false;
};

// Reads the value behind <value>, then moves behind it.
template <typename Fn>
bool XmlValue::Child(Fn&& fn) {
  XmlValue child(cursor_);
  return fn(child) && !cursor_.malformed() && child.Finish();
}

template <typename Fn>
bool XmlValue::Elements(Fn&& fn) {
  if (Peek() != XmlType::kArray) return false;
  if (cursor_.Accept("<array/>")) return Close("");
  cursor_.Accept("<array>");
  if (!cursor_.Accept("<data/>")) {
    if (!cursor_.Expect("<data>")) return false;
    while (!cursor_.Accept("</data>")) {
      if (cursor_.Accept("<value/>")) {
        XmlCursor empty("</value>");
        XmlValue child(empty);
        if (!fn(child)) return false;
      } else if (!cursor_.Expect("<value>") || !Child(fn)) {
        return false;
      }
    }
  }
  return Close("</array>");
}

template <typename Fn>
bool XmlValue::Members(Fn&& fn) {
  if (Peek() != XmlType::kStruct) return false;
  if (cursor_.Accept("<struct/>")) return Close("");
  cursor_.Accept("<struct>");
  while (!cursor_.Accept("</struct>")) {
    absl::string_view key;
    if (!cursor_.Expect("<member>") || !TakeKey(&key)) return false;
    if (cursor_.Accept("<value/>")) {
      XmlCursor empty("</value>");
      XmlValue child(empty);
      if (!fn(key, child)) return false;
    } else if (!cursor_.Expect("<value>") ||
               !Child([&](XmlValue& child) { return fn(key, child); })) {
      return false;
    }
    if (!cursor_.Expect("</member>")) return false;
  }
  return Close("");
}

// Calls fn(XmlValue&) with the result in `body`, a methodResponse: the member
// Value of a success, or the whole response of the one call that answers
// without a status (system.listMethods). False if the text is malformed, has no
// result, or fn returned false.
template <typename Fn>
bool ReadXmlResult(absl::string_view body, Fn&& fn) {
  XmlCursor cursor(body);
  cursor.SkipProlog();
  for (const char* tag : {"<methodResponse>", "<params>", "<param>", "<value>"}) {
    if (!cursor.Expect(tag)) return false;
  }
  XmlValue response(cursor);
  bool found = false;
  bool read = false;
  if (response.Peek() == XmlType::kStruct) {
    read = response.Members([&](absl::string_view key, XmlValue& value) {
      if (key != "Value") return true;
      found = true;
      return fn(value);
    });
  } else {
    found = read = fn(response) && response.Finish();
  }
  if (!read || !found || cursor.malformed()) return false;
  for (const char* tag : {"</param>", "</params>", "</methodResponse>"}) {
    if (!cursor.Expect(tag)) return false;
  }
  cursor.SkipBlanks();
  return cursor.at_end();
}

// The same for a bare <value>, the form of a task's result.
template <typename Fn>
bool ReadXmlValue(absl::string_view text, Fn&& fn) {
  XmlCursor cursor(text);
  if (!cursor.Expect("<value>")) return false;
  XmlValue value(cursor);
  if (!fn(value) || cursor.malformed() || !value.Finish()) return false;
  cursor.SkipBlanks();
  return cursor.at_end();
}

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_XML_READER_H_
