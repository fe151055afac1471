// An XML-RPC reply as a document: for errors and for replies to the gateway's
// own questions, which are small. Results that clients asked for are streamed
// by XmlReader instead.
#ifndef BACKEND_WIRE_XML_DOCUMENT_H_
#define BACKEND_WIRE_XML_DOCUMENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "backend/wire/xml_type.h"
#include "tinyxml2.h"

namespace xapi_gateway::wire {

// One <value> element. The document outlives its values.
class XmlNode {
 public:
  explicit XmlNode(const tinyxml2::XMLElement* value);

  // Text, a date, or the digits of a tagged number. Valid UTF-8.
  bool String(absl::string_view* out);

  template <typename Fn>
  bool Elements(Fn&& fn);
  template <typename Fn>
  bool Members(Fn&& fn);

  // Appends the value as JSON. Untagged text, integers included, becomes a
  // JSON string: nothing in the reply tells them apart.
  void AppendJson(std::string& out);

 private:
  const tinyxml2::XMLElement* Data() const;

  XmlType type_;
  absl::string_view text_;
  const tinyxml2::XMLElement* container_ = nullptr;
};

template <typename Fn>
bool XmlNode::Elements(Fn&& fn) {
  if (type_ != XmlType::kArray) return false;
  const tinyxml2::XMLElement* data = Data();
  if (data == nullptr) return true;
  for (auto* value = data->FirstChildElement(); value != nullptr;
       value = value->NextSiblingElement()) {
    XmlNode member(value);
    if (!fn(member)) return false;
  }
  return true;
}

template <typename Fn>
bool XmlNode::Members(Fn&& fn) {
  if (type_ != XmlType::kStruct) return false;
  for (auto* member = container_->FirstChildElement(); member != nullptr;
       member = member->NextSiblingElement()) {
    const tinyxml2::XMLElement* name = member->FirstChildElement();
    if (name == nullptr) return false;
    const tinyxml2::XMLElement* value = name->NextSiblingElement();
    if (value == nullptr) return false;
    const char* key = name->GetText();
    XmlNode child(value);
    if (!fn(absl::string_view(key == nullptr ? "" : key), child)) return false;
  }
  return true;
}

// A parsed reply. Not thread-safe.
class XmlDocument {
 public:
  // Parses `text`; false if it is not well-formed or not UTF-8.
  bool Parse(absl::string_view text);

  // The <value> of the one parameter of a methodResponse, or null.
  const tinyxml2::XMLElement* Response() const;
  // The result in it: the member Value of a success, or the whole response of
  // the one call that answers without a status (system.listMethods). Null if
  // there is none.
  const tinyxml2::XMLElement* Result() const;

 private:
  tinyxml2::XMLDocument document_;
};

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_XML_DOCUMENT_H_
