// Addresses that a server listens on.
#ifndef GATEWAY_SERVER_LISTEN_ADDRESS_H_
#define GATEWAY_SERVER_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::server {

struct ListenAddress {
  bool unix_socket = false;
  std::string host;  // without brackets; or the socket's path
  int port = 0;
  // Nobody from another machine reaches it.
  bool local = false;

  // As gRPC takes it, with `port` for 0: "[::1]:443", "unix:/path".
  std::string Text(int bound_port) const;
};

// "host:port", "[v6]:port" or "unix:/path". INVALID_ARGUMENT otherwise.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_LISTEN_ADDRESS_H_
