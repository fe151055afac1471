#include "backend/wire/xml_writer.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace xapi_gateway::wire {

void AppendXmlText(absl::string_view text, std::string& out) {
  for (char c : text) {
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '\r':
        // A raw CR would be read as LF.
        out.append("&#13;");
        break;
      default:
        out.push_back(c);
    }
  }
}

void XmlWriter::OpenValue() {
  if (depth_ == 0) out_.append("<param>");
  out_.append("<value>");
}

void XmlWriter::CloseValue() {
  out_.append("</value>");
  if (depth_ == 0) {
    out_.append("</param>");
  } else if (structs_ & 1) {
    out_.append("</member>");
  }
}

void XmlWriter::Tagged(absl::string_view tag, absl::string_view text) {
  OpenValue();
  absl::StrAppend(&out_, "<", tag, ">");
  AppendXmlText(text, out_);
  absl::StrAppend(&out_, "</", tag, ">");
  CloseValue();
}

void XmlWriter::String(absl::string_view value) { Tagged("string", value); }

void XmlWriter::Int(int64_t value) { String(absl::StrCat(value)); }

void XmlWriter::Double(double value) {
  if (std::isnan(value)) {
    Tagged("double", "nan");
  } else if (std::isinf(value)) {
    Tagged("double", value > 0 ? "inf" : "-inf");
  } else {
    Tagged("double", absl::StrFormat("%.17g", value));
  }
}

void XmlWriter::Bool(bool value) { Tagged("boolean", value ? "1" : "0"); }

void XmlWriter::DateTime(absl::string_view value) {
  Tagged("dateTime.iso8601", value);
}

void XmlWriter::BeginArray() {
  OpenValue();
  out_.append("<array><data>");
  ++depth_;
  structs_ <<= 1;
}

void XmlWriter::EndArray() {
  --depth_;
  structs_ >>= 1;
  out_.append("</data></array>");
  CloseValue();
}

void XmlWriter::BeginStruct() {
  OpenValue();
  out_.append("<struct>");
  ++depth_;
  structs_ = (structs_ << 1) | 1;
}

void XmlWriter::Key(absl::string_view name) {
  out_.append("<member><name>");
  AppendXmlText(name, out_);
  out_.append("</name>");
}

void XmlWriter::EndStruct() {
  --depth_;
  structs_ >>= 1;
  out_.append("</struct>");
  CloseValue();
}

}  // namespace xapi_gateway::wire
