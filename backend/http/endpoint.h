// Where a xapi listens.
#ifndef BACKEND_HTTP_ENDPOINT_H_
#define BACKEND_HTTP_ENDPOINT_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::http {

enum class Scheme { kHttps, kHttp, kUnix };

// An immutable value. Equal endpoints have equal text.
class Endpoint {
 public:
  // "https://host[:port]", "http://host[:port]", "host[:port]" (HTTPS), or
  // "unix:/path". A host is a name, an IPv4 address or an IPv6 address in
  // brackets. Ports default to 443 and 80. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<Endpoint> Parse(absl::string_view text);

  // The endpoint that xapi means by `address`: a name or an IP, IPv6 with or
  // without brackets, seldom with a port. What it leaves out is taken from
  // `like`; a unix socket stands for HTTPS on port 443.
  static absl::StatusOr<Endpoint> FromAddress(absl::string_view address,
                                              const Endpoint& like);

  Scheme scheme() const { return scheme_; }
  // Without brackets; for a unix socket its path.
  const std::string& host() const { return host_; }
  uint16_t port() const { return port_; }
  // "https://10.0.0.1:443", "http://[fd00::1]:80", "unix:/path".
  const std::string& text() const { return text_; }

  // The part of a URL that names the host, with brackets where they belong.
  std::string UrlHost() const;

  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.text_ == b.text_;
  }
  friend bool operator<(const Endpoint& a, const Endpoint& b) {
    return a.text_ < b.text_;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Endpoint& e) {
    return H::combine(std::move(h), e.text_);
  }

 private:
  Endpoint(Scheme scheme, std::string host, uint16_t port);

  Scheme scheme_;
  std::string host_;
  uint16_t port_;
  std::string text_;
};

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_ENDPOINT_H_
