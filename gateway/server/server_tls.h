// TLS of the gRPC port.
#ifndef GATEWAY_SERVER_SERVER_TLS_H_
#define GATEWAY_SERVER_SERVER_TLS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace grpc {
class ServerCredentials;
}
namespace xenapi::gateway::v1 {
class ServerTls;
}

namespace xapi_gateway::server {

// Longest PEM file read, in bytes: system bundles of CAs have 200 KiB.
inline constexpr size_t kMaxPemBytes = 1 << 20;

// INVALID_ARGUMENT if the files do not hold what they should or the key does
// not belong to the certificate. gRPC itself only fails to listen.
absl::Status CheckCertificates(const xenapi::gateway::v1::ServerTls& tls);

// The credentials for the files as they are now.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(
    const xenapi::gateway::v1::ServerTls& tls);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_SERVER_TLS_H_
