#include "backend/wire/xml_document.h"

#include <cstring>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_text.h"

namespace xapi_gateway::wire {
namespace {

// tinyxml2 drops text that is only white space, yet "  " is a value like any
// other. Writing its first character as a reference keeps the text; replies
// that need this are rare, so the copy is made only for them.
bool ProtectBlankText(absl::string_view text, std::string& out) {
  size_t copied = 0;
  for (size_t open = text.find('>'); open != absl::string_view::npos;
       open = text.find('>', open + 1)) {
    size_t close = open + 1;
    while (close < text.size() && absl::ascii_isspace(text[close])) ++close;
    if (close == open + 1) continue;
    absl::string_view tail = text.substr(close);
    if (!absl::StartsWith(tail, "</value>") &&
        !absl::StartsWith(tail, "</string>") &&
        !absl::StartsWith(tail, "</name>")) {
      continue;
    }
    // Between two closing tags, blanks are layout and no text.
    size_t tag = text.rfind('<', open);
    if (tag != absl::string_view::npos && text[tag + 1] == '/') continue;
    out.append(text.data() + copied, open + 1 - copied);
    out.append("&#");
    out.append(std::to_string(static_cast<int>(text[open + 1])));
    out.push_back(';');
    copied = open + 2;
  }
  if (copied == 0) return false;
  out.append(text.data() + copied, text.size() - copied);
  return true;
}

bool MayHoldBlankText(absl::string_view text) {
  for (const char* end : {" </", "\n</", "\t</", "\r</"}) {
    if (absl::StrContains(text, end)) return true;
  }
  return false;
}

}  // namespace

XmlNode::XmlNode(const tinyxml2::XMLElement* value) : type_(XmlType::kText) {
  const tinyxml2::XMLNode* child = value->FirstChild();
  if (child == nullptr) return;
  if (const tinyxml2::XMLElement* tagged = value->FirstChildElement()) {
    type_ = XmlTypeOf(tagged->Name());
    container_ = tagged;
    child = tagged->FirstChild();
    if (type_ == XmlType::kArray || type_ == XmlType::kStruct) return;
  }
  if (child != nullptr && child->ToText() != nullptr) text_ = child->Value();
}

bool XmlNode::String(absl::string_view* out) {
  if (type_ == XmlType::kArray || type_ == XmlType::kStruct ||
      type_ == XmlType::kOther || type_ == XmlType::kBool) {
    return false;
  }
  // A character reference can name a surrogate, which tinyxml2 turns into bytes
  // that are no UTF-8. Raw text was checked as a whole.
  if (!IsUtf8(text_)) return false;
  *out = text_;
  return true;
}

const tinyxml2::XMLElement* XmlNode::Data() const {
  return container_->FirstChildElement("data");
}

void XmlNode::AppendJson(std::string& out) {
  auto separate = [&out, first = true]() mutable {
    if (!first) out.push_back(',');
    first = false;
  };
  switch (type_) {
    case XmlType::kArray:
      out.push_back('[');
      Elements([&](XmlNode& value) {
        separate();
        value.AppendJson(out);
        return true;
      });
      out.push_back(']');
      return;
    case XmlType::kStruct:
      out.push_back('{');
      Members([&](absl::string_view key, XmlNode& value) {
        separate();
        AppendJsonString(key, out);
        out.push_back(':');
        value.AppendJson(out);
        return true;
      });
      out.push_back('}');
      return;
    default:
      AppendXmlScalarJson(type_, IsUtf8(text_) ? text_ : "", out);
  }
}

bool XmlDocument::Parse(absl::string_view text) {
  if (!IsUtf8(text)) return false;
  std::string kept;
  if (MayHoldBlankText(text) && ProtectBlankText(text, kept)) text = kept;
  return document_.Parse(text.data(), text.size()) == tinyxml2::XML_SUCCESS;
}

const tinyxml2::XMLElement* XmlDocument::Response() const {
  const tinyxml2::XMLNode* node = &document_;
  for (const char* tag : {"methodResponse", "params", "param", "value"}) {
    node = node->FirstChildElement(tag);
    if (node == nullptr) return nullptr;
  }
  return node->ToElement();
}

const tinyxml2::XMLElement* XmlDocument::Result() const {
  const tinyxml2::XMLElement* response = Response();
  if (response == nullptr) return nullptr;
  const tinyxml2::XMLElement* data = response->FirstChildElement();
  if (data == nullptr || strcmp(data->Name(), "struct") != 0) return response;
  for (auto* member = data->FirstChildElement("member"); member != nullptr;
       member = member->NextSiblingElement("member")) {
    const tinyxml2::XMLElement* name = member->FirstChildElement("name");
    const char* text = name == nullptr ? nullptr : name->GetText();
    if (text != nullptr && strcmp(text, "Value") == 0) {
      return member->FirstChildElement("value");
    }
  }
  return nullptr;
}

}  // namespace xapi_gateway::wire
