// The running pools of a gateway.
#ifndef GATEWAY_SERVER_POOLS_H_
#define GATEWAY_SERVER_POOLS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "backend/call/pool.h"
#include "backend/http/client.h"
#include "backend/http/event_loop.h"
#include "gateway/rpc/pool_directory.h"
#include "gateway/server/pool_setup.h"

namespace xapi_gateway::server {

// Owns the pools and, for each, a loop thread and an HTTP client of its own, so
// that a busy pool does not hold up another. Not thread-safe.
class Pools {
 public:
  // Tells that the state of the named pool has changed; on a loop thread.
  using Listener =
      std::function<void(const std::string& name, const call::PoolState&)>;

  // Starts one more pool.
  absl::Status Add(const PoolSetup& setup, Listener listener);

  // The pools by name; they live as long as this object.
  std::vector<rpc::PoolEntry> entries() const;

  // Logs out of all at the same time. Blocks. One line for each pool where
  // that failed.
  std::vector<std::string> Shutdown(absl::Time deadline);

 private:
  // Destroyed from the last to the first.
  struct Running {
    std::string name;
    std::unique_ptr<http::EventLoop> loop;
    std::unique_ptr<http::Client> client;
    std::unique_ptr<call::Pool> pool;
  };

  std::vector<Running> running_;
};

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_POOLS_H_
