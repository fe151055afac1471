// What one pool of the configuration means for the backend.
#ifndef GATEWAY_SERVER_POOL_SETUP_H_
#define GATEWAY_SERVER_POOL_SETUP_H_

#include <string>

#include "absl/status/statusor.h"
#include "backend/call/pool_options.h"
#include "backend/http/client.h"

namespace xenapi::gateway::v1 {
class Pool;
}

namespace xapi_gateway::server {

struct PoolSetup {
  call::PoolOptions options;
  http::ClientOptions client;
};

// Longest password file, in bytes; anything longer is another file.
inline constexpr size_t kMaxPasswordBytes = 4096;

// The setup of `pool`, whose fields are all set, without the password.
PoolSetup MakePoolSetup(const xenapi::gateway::v1::Pool& pool,
                        const std::string& replica);

// The password from wherever the configuration says; "" if it says nothing.
// The error does not tell what was read.
absl::StatusOr<std::string> ReadPassword(const xenapi::gateway::v1::Pool& pool);

// The whole file. NOT_FOUND, PERMISSION_DENIED or OUT_OF_RANGE (longer than
// `max_bytes`), naming it.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_POOL_SETUP_H_
