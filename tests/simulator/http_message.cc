#include "tests/simulator/http_message.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {
namespace {

constexpr absl::string_view kCors =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Headers: X-Requested-With\r\n";
constexpr absl::string_view kNoCache = "cache-control: no-cache, no-store\r\n";

std::string StatusLine(bool http10, int status, absl::string_view reason) {
  return absl::StrCat(http10 ? "HTTP/1.0 " : "HTTP/1.1 ", status, " ", reason,
                      "\r\n");
}

absl::string_view Connection(const RequestHead& request) {
  return request.keep_alive ? "connection: keep-alive\r\n"
                            : "connection: close\r\n";
}

std::string Page(bool http10, int status, absl::string_view reason,
                 absl::string_view html) {
  std::string body = absl::StrCat("<html><body>", html, "</body></html>");
  return absl::StrCat(StatusLine(http10, status, reason),
                      "content-length: ", body.size(),
                      "\r\ncontent-type: text/html\r\nconnection: close\r\n",
                      kNoCache, "\r\n", body);
}

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"},
                                    {"<", "&lt;"},
                                    {">", "&gt;"},
                                    {"\"", "&quot;"},
                                    {"'", "&apos;"}});
}

void ReadHeader(absl::string_view line, RequestHead* head) {
  size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return;
  absl::string_view name = line.substr(0, colon);
  std::string value =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  size_t length = 0;
  if (absl::EqualsIgnoreCase(name, "content-length") &&
      absl::SimpleAtoi(value, &length)) {
    head->content_length = length;
  }
  if (absl::EqualsIgnoreCase(name, "connection")) {
    if (value == "close") head->keep_alive = false;
    if (value == "keep-alive") head->keep_alive = true;
  }
}

}  // namespace

std::optional<RequestHead> ParseHead(absl::string_view head) {
  std::vector<absl::string_view> lines = absl::StrSplit(head, "\r\n");
  std::vector<absl::string_view> words = absl::StrSplit(lines[0], ' ');
  if (words.size() != 3 || !absl::StartsWith(words[2], "HTTP/1.")) {
    return std::nullopt;
  }
  RequestHead request;
  request.method = std::string(words[0]);
  request.path = std::string(words[1].substr(0, words[1].find('?')));
  request.http10 = words[2] == "HTTP/1.0";
  request.keep_alive = !request.http10;
  for (size_t i = 1; i < lines.size(); ++i) ReadHeader(lines[i], &request);
  return request;
}

std::string ApiReply(const RequestHead& request, bool json, bool cors,
                     absl::string_view body) {
  return absl::StrCat(StatusLine(request.http10, 200, "OK"),
                      "content-length: ", body.size(), "\r\n",
                      Connection(request), kNoCache,
                      json ? "content-type: application/json\r\n"
                           : "content-type: text/xml\r\n",
                      cors ? kCors : "", "\r\n", body);
}

std::string OptionsReply(const RequestHead& request) {
  return absl::StrCat(StatusLine(request.http10, 200, "OK"),
                      "content-length: 0\r\n", Connection(request), kNoCache,
                      kCors, "Access-Control-Allow-Methods: PUT\r\n\r\n");
}

std::string HeaderTooLargeReply() {
  return Page(false, 431, "Request Header Fields Too Large",
              "<h1>HTTP 431 request header fields too large</h1>Exceeded the "
              "maximum header size.");
}

std::string TimeoutReply() {
  return Page(false, 408, "Request Timeout",
              "<h1>HTTP 408 request timeout</h1>Timed out waiting for the "
              "request.");
}

std::string ForbiddenReply(const RequestHead& request) {
  return Page(request.http10, 403, "Forbidden",
              "<h1>HTTP 403 forbidden</h1>Access to the requested resource is "
              "forbidden.");
}

std::string UnsupportedReply(const RequestHead& request) {
  return Page(request.http10, 501, "Method Not Implemented",
              "<h1>HTTP 501 Method Not Implemented</h1>" +
                  EscapeHtml(request.method) + " not supported.");
}

std::string InternalErrorReply(absl::string_view additional) {
  return Page(false, 500, "Internal Error",
              absl::StrCat("<h1>HTTP 500 internal server error</h1>An "
                           "unexpected error occurred; please wait a while and "
                           "try again. If the problem persists, please contact "
                           "your support representative.<h1> Additional "
                           "information </h1>",
                           EscapeHtml(additional)));
}

std::string StatusReply(int status) {
  if (status == 431) return HeaderTooLargeReply();
  if (status == 408) return TimeoutReply();
  if (status == 500) return InternalErrorReply("an injected fault");
  return Page(false, status, "Injected Fault",
              absl::StrCat("<h1>HTTP ", status, "</h1>"));
}

std::string ControlReply(const RequestHead& request, int status,
                         absl::string_view json) {
  return absl::StrCat(
      StatusLine(request.http10, status, status == 200 ? "OK" : "Bad Request"),
      "content-length: ", json.size(), "\r\n", Connection(request),
      "content-type: application/json\r\n\r\n", json);
}

}  // namespace xapi_gateway::simulator
