// The types of XML-RPC values.
#ifndef BACKEND_WIRE_XML_TYPE_H_
#define BACKEND_WIRE_XML_TYPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace xapi_gateway::wire {

enum class XmlType {
  kText,  // untagged or <string>
  kInt,
  kDouble,
  kBool,
  kDateTime,
  kArray,
  kStruct,
  kOther,  // <nil/>, <base64> and what XML-RPC does not know
};

// The type that a tag's name, such as "i4", stands for.
XmlType XmlTypeOf(absl::string_view tag);

// Appends a scalar as JSON: numbers and truth values as such, all else as a
// string. `text` is decoded.
void AppendXmlScalarJson(XmlType type, absl::string_view text,
                         std::string& out);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_XML_TYPE_H_
