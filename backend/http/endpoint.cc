#include "backend/http/endpoint.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::http {
namespace {

// As DNS has it.
constexpr size_t kMaxHostBytes = 253;
// What fits in sockaddr_un with its closing zero.
constexpr size_t kMaxUnixPathBytes = 107;

struct HostPort {
  std::string host;
  uint16_t port = 0;  // 0: not given
};

absl::Status Invalid(absl::string_view text, absl::string_view fault) {
  return absl::InvalidArgumentError(
      absl::StrCat("endpoint \"", text, "\": ", fault));
}

bool IsHostCharacter(char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
}

// An IPv6 address may carry a zone, such as "fe80::1%eth0".
bool IsIpv6Character(char c) {
  return IsHostCharacter(c) || c == ':' || c == '%';
}

bool IsValidHost(absl::string_view host, bool ipv6) {
  return !host.empty() && host.size() <= kMaxHostBytes &&
         std::all_of(host.begin(), host.end(),
                     ipv6 ? IsIpv6Character : IsHostCharacter);
}

absl::StatusOr<uint16_t> ParsePort(absl::string_view whole,
                                   absl::string_view text) {
  uint32_t port = 0;
  if (!absl::SimpleAtoi(text, &port) || port == 0 || port > 65535) {
    return Invalid(whole, absl::StrCat("\"", text, "\" is no port"));
  }
  return static_cast<uint16_t>(port);
}

absl::StatusOr<HostPort> SplitHostPort(absl::string_view whole,
                                       absl::string_view text) {
  HostPort result;
  bool bracketed = absl::ConsumePrefix(&text, "[");
  size_t end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == text.npos) return Invalid(whole, "no closing ]");
  result.host = std::string(text.substr(0, end));
  text.remove_prefix(std::min(text.size(), result.host.size() + bracketed));
  if (!IsValidHost(result.host, bracketed)) return Invalid(whole, "no host");
  if (text.empty()) return result;
  if (!absl::ConsumePrefix(&text, ":")) {
    return Invalid(whole, absl::StrCat("unexpected \"", text, "\""));
  }
  auto port = ParsePort(whole, text);
  if (!port.ok()) return port.status();
  result.port = *port;
  return result;
}

// An address with two colons and no bracket can only be a bare IPv6 address.
bool IsBareIpv6(absl::string_view address) {
  return std::count(address.begin(), address.end(), ':') > 1 &&
         address.front() != '[';
}

uint16_t DefaultPort(Scheme scheme) {
  return scheme == Scheme::kHttps ? 443 : 80;
}

}  // namespace

Endpoint::Endpoint(Scheme scheme, std::string host, uint16_t port)
    : scheme_(scheme), host_(std::move(host)), port_(port) {
  if (scheme_ == Scheme::kUnix) {
    text_ = absl::StrCat("unix:", host_);
    return;
  }
  absl::string_view prefix = scheme_ == Scheme::kHttps ? "https" : "http";
  text_ = absl::StrCat(prefix, "://", UrlHost(), ":", port_);
}

std::string Endpoint::UrlHost() const {
  if (scheme_ == Scheme::kUnix) return "localhost";
  if (host_.find(':') == host_.npos) return host_;
  return absl::StrCat("[", host_, "]");
}

absl::StatusOr<Endpoint> Endpoint::Parse(absl::string_view text) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (rest.empty() || rest[0] != '/' || rest.size() > kMaxUnixPathBytes) {
      return Invalid(text,
                     "a unix socket needs an absolute path of at most "
                     "107 bytes");
    }
    return Endpoint(Scheme::kUnix, std::string(rest), 0);
  }
  Scheme scheme = Scheme::kHttps;
  if (absl::ConsumePrefix(&rest, "http://")) {
    scheme = Scheme::kHttp;
  } else {
    absl::ConsumePrefix(&rest, "https://");
  }
  absl::ConsumeSuffix(&rest, "/");
  auto parts = SplitHostPort(text, rest);
  if (!parts.ok()) return parts.status();
  uint16_t port = parts->port != 0 ? parts->port : DefaultPort(scheme);
  return Endpoint(scheme, std::move(parts->host), port);
}

absl::StatusOr<Endpoint> Endpoint::FromAddress(absl::string_view address,
                                               const Endpoint& like) {
  bool was_unix = like.scheme() == Scheme::kUnix;
  Scheme scheme = was_unix ? Scheme::kHttps : like.scheme();
  uint16_t port = was_unix ? DefaultPort(scheme) : like.port();
  if (address.empty()) return Invalid(address, "no host");
  if (IsBareIpv6(address)) {
    if (!IsValidHost(address, true)) return Invalid(address, "no host");
    return Endpoint(scheme, std::string(address), port);
  }
  auto parts = SplitHostPort(address, address);
  if (!parts.ok()) return parts.status();
  if (parts->port != 0) port = parts->port;
  return Endpoint(scheme, std::move(parts->host), port);
}

}  // namespace xapi_gateway::http
