#include "gateway/server/listen_address.h"

#include <arpa/inet.h>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::server {
namespace {

constexpr int kMaxPort = 65535;

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return ntohl(v4.s_addr) >> 24 == 127;
  }
  in6_addr v6;
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 &&
         IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::Status Malformed(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "expected host:port, [IPv6]:port or unix:/path, got \"", text, "\""));
}

}  // namespace

std::string ListenAddress::Text(int bound_port) const {
  if (unix_socket) return absl::StrCat("unix:", host);
  const bool v6 = absl::StrContains(host, ':');
  return absl::StrCat(v6 ? "[" : "", host, v6 ? "]:" : ":", bound_port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  ListenAddress address;
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (!absl::StartsWith(rest, "/")) return Malformed(text);
    address.unix_socket = true;
    address.local = true;
    address.host = std::string(rest);
    return address;
  }
  const size_t colon = rest.rfind(':');
  if (colon == rest.npos ||
      !absl::SimpleAtoi(rest.substr(colon + 1), &address.port)) {
    return Malformed(text);
  }
  absl::string_view host = rest.substr(0, colon);
  const bool bracketed =
      absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  if (host.empty() || bracketed != absl::StrContains(host, ':') ||
      address.port < 0 || address.port > kMaxPort) {
    return Malformed(text);
  }
  address.host = std::string(host);
  address.local = IsLoopback(address.host);
  return address;
}

}  // namespace xapi_gateway::server
