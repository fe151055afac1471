#include "backend/wire/reply.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backend/wire/json_reader.h"
#include "backend/wire/xml_document.h"

namespace xapi_gateway::wire {
namespace {

// How every success of xapi starts; a body that starts otherwise is parsed.
constexpr absl::string_view kJsonSuccess = R"({"jsonrpc":"2.0","result":)";
constexpr absl::string_view kXmlSuccess =
    R"(<?xml version="1.0"?><methodResponse><params><param><value><struct>)"
    R"(<member><name>Status</name><value>Success</value></member>)";

// Longest piece of a malformed reply that an error message quotes.
constexpr size_t kMaxQuoted = 120;

absl::Status Malformed(const Reply& reply) {
  absl::string_view head = absl::string_view(reply.body).substr(0, kMaxQuoted);
  return absl::InternalError(absl::StrCat(
      "the reply of ", reply.body.size(), " bytes is no ",
      reply.format == Format::kJsonRpc ? "JSON-RPC" : "XML-RPC",
      " reply; it starts with \"", head, "\""));
}

template <typename Value>
bool ReadStrings(Value& value, std::vector<std::string>& out) {
  return value.Elements([&](Value& element) {
    absl::string_view text;
    if (element.String(&text)) {
      out.emplace_back(text);
    } else {
      element.AppendJson(out.emplace_back());
    }
    return true;
  });
}

bool FromStrings(std::vector<std::string> strings, ApiError& error) {
  if (strings.empty()) return false;
  error.code = std::move(strings.front());
  error.params.assign(std::make_move_iterator(strings.begin() + 1),
                      std::make_move_iterator(strings.end()));
  return true;
}

// Version 2.0 gives an object; version 1.0, and failures before dispatch
// whatever the version, an array.
bool ReadJsonError(JsonValue& value, ApiError& error) {
  const bool is_object = value.Members([&](absl::string_view key, JsonValue& v) {
    absl::string_view text;
    if (key == "message") {
      if (v.String(&text)) error.code = std::string(text);
    } else if (key == "data") {
      ReadStrings(v, error.params);
    }
    return true;
  });
  if (is_object) return !error.code.empty();
  std::vector<std::string> strings;
  return ReadStrings(value, strings) && FromStrings(std::move(strings), error);
}

absl::StatusOr<std::optional<ApiError>> ReadJsonReplyError(Reply& reply) {
  JsonReader reader;
  ApiError error;
  bool has_result = false;
  bool has_error = false;
  const bool read =
      reader.Read(reply.body, [&](absl::string_view key, JsonValue& value) {
        if (key == "result") {
          has_result = true;
        } else if (key == "error") {
          std::string text;
          value.AppendJson(text);
          has_error = text != "null";
          return !has_error || ReadJsonError(value, error);
        }
        return true;
      });
  if (!read || (!has_result && !has_error)) return Malformed(reply);
  if (!has_error) return std::nullopt;
  return error;
}

absl::StatusOr<std::optional<ApiError>> ReadXmlReplyError(const Reply& reply) {
  XmlDocument document;
  if (!document.Parse(reply.body)) return Malformed(reply);
  const tinyxml2::XMLElement* response = document.Response();
  if (response == nullptr) return Malformed(reply);
  absl::string_view status;
  std::vector<std::string> description;
  const bool is_struct =
      XmlNode(response).Members([&](absl::string_view key, XmlNode& value) {
        if (key == "Status") return value.String(&status);
        return key != "ErrorDescription" || ReadStrings(value, description);
      });
  // system.listMethods alone answers a bare array.
  if (!is_struct || status == "Success") return std::nullopt;
  ApiError error;
  if (!FromStrings(std::move(description), error)) return Malformed(reply);
  return error;
}

// Calls fn with the result, as a JsonValue or an XmlNode.
template <typename Fn>
bool WithResult(Reply& reply, Fn&& fn) {
  bool found = false;
  if (reply.format == Format::kJsonRpc) {
    JsonReader reader;
    const bool read =
        reader.Read(reply.body, [&](absl::string_view key, JsonValue& value) {
          if (key != "result") return true;
          found = fn(value);
          return found;
        });
    return read && found;
  }
  XmlDocument document;
  if (!document.Parse(reply.body) || document.Result() == nullptr) return false;
  XmlNode value(document.Result());
  return fn(value);
}

}  // namespace

absl::StatusOr<std::optional<ApiError>> ReadError(Reply& reply) {
  if (reply.format == Format::kJsonRpc) {
    if (absl::StartsWith(reply.body, kJsonSuccess)) return std::nullopt;
    return ReadJsonReplyError(reply);
  }
  if (absl::StartsWith(reply.body, kXmlSuccess)) return std::nullopt;
  return ReadXmlReplyError(reply);
}

absl::StatusOr<std::string> ReadString(Reply& reply) {
  std::string result;
  const bool read = WithResult(reply, [&](auto& value) {
    absl::string_view text;
    if (!value.String(&text)) return false;
    result = std::string(text);
    return true;
  });
  if (!read) return Malformed(reply);
  return result;
}

absl::StatusOr<std::string> ReadJson(Reply& reply) {
  std::string result;
  const bool read = WithResult(reply, [&](auto& value) {
    value.AppendJson(result);
    return true;
  });
  if (!read) return Malformed(reply);
  return result;
}

}  // namespace xapi_gateway::wire
