#include "backend/wire/xml_type.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "backend/wire/json_writer.h"

namespace xapi_gateway::wire {
namespace {

constexpr std::pair<absl::string_view, XmlType> kTags[] = {
    {"struct", XmlType::kStruct},    {"array", XmlType::kArray},
    {"boolean", XmlType::kBool},     {"string", XmlType::kText},
    {"double", XmlType::kDouble},    {"dateTime.iso8601", XmlType::kDateTime},
    {"i4", XmlType::kInt},           {"int", XmlType::kInt},
    {"i8", XmlType::kInt},
};

// Whether a number may stand in JSON as it is written.
bool IsJsonNumber(absl::string_view text) {
  double number;
  return absl::SimpleAtod(text, &number) && std::isfinite(number);
}

}  // namespace

XmlType XmlTypeOf(absl::string_view tag) {
  for (const auto& [name, type] : kTags) {
    if (tag == name) return type;
  }
  return XmlType::kOther;
}

void AppendXmlScalarJson(XmlType type, absl::string_view text,
                         std::string& out) {
  if (type == XmlType::kBool) {
    out.append(text == "1" || text == "true" ? "true" : "false");
  } else if ((type == XmlType::kInt || type == XmlType::kDouble) &&
             IsJsonNumber(text)) {
    out.append(text.data(), text.size());
  } else if (type == XmlType::kOther && text.empty()) {
    out.append("null");
  } else {
    AppendJsonString(text, out);
  }
}

}  // namespace xapi_gateway::wire
