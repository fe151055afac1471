// The whole gateway, put together and running.
#ifndef GATEWAY_SERVER_GATEWAY_H_
#define GATEWAY_SERVER_GATEWAY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/server/config.h"
#include "gateway/server/log.h"

namespace xapi_gateway::server {

// A request message, beyond which gRPC itself refuses it. Well above what is
// refused with an explanation of xapi's own limit (rpc::kMaxRequestBytes).
inline constexpr int kMaxReceiveBytes = 1 << 20;

// How long logging out of xapi may take at the end.
inline constexpr absl::Duration kLogoutTime = absl::Seconds(5);

class Gateway {
 public:
  // Listens and begins to look for the coordinators. `log` outlives the
  // gateway. The error says what could not be done, such as listening on an
  // address in use.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(LoadedConfig config,
                                                        Log* log);
  // Stops at once what Stop has not stopped.
  virtual ~Gateway() = default;

  // Where it listens, in the order of the configuration, port 0 replaced by
  // the real one.
  virtual const std::vector<std::string>& addresses() const = 0;

  // Logs each pool that has no coordinator at the moment, and why. Cheap.
  virtual void ReportProblems() = 0;

  // Turns new calls away, waits for those in flight for the configured drain
  // time, then logs out of all pools. Blocks. Once.
  virtual void Stop() = 0;
};

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_GATEWAY_H_
