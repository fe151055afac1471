#include "backend/wire/call_body.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_writer.h"

namespace xapi_gateway::wire {
namespace {

std::string JsonBody(absl::string_view method, absl::string_view session,
                     absl::string_view arguments) {
  std::string body = R"({"jsonrpc":"2.0","id":1,"method":)";
  AppendJsonString(method, body);
  body.append(R"(,"params":[)");
  if (!session.empty()) AppendJsonString(session, body);
  if (!session.empty() && !arguments.empty()) body.push_back(',');
  absl::StrAppend(&body, arguments, "]}");
  return body;
}

std::string XmlBody(absl::string_view method, absl::string_view session,
                    absl::string_view arguments) {
  std::string body = R"(<?xml version="1.0"?><methodCall><methodName>)";
  AppendXmlText(method, body);
  body.append("</methodName><params>");
  if (!session.empty()) {
    XmlWriter first;
    first.String(session);
    body.append(std::move(first).Take());
  }
  absl::StrAppend(&body, arguments, "</params></methodCall>");
  return body;
}

}  // namespace

std::string CallBody(Format format, absl::string_view method,
                     absl::string_view session, absl::string_view arguments) {
  return format == Format::kJsonRpc ? JsonBody(method, session, arguments)
                                    : XmlBody(method, session, arguments);
}

}  // namespace xapi_gateway::wire
