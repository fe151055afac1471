// Tells by gRPC's health service whether calls are worth sending here.
#ifndef GATEWAY_SERVER_HEALTH_H_
#define GATEWAY_SERVER_HEALTH_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

namespace grpc {
class HealthCheckServiceInterface;
}

namespace xapi_gateway::server {

// Serving while at least one pool has a coordinator, until the gateway drains.
// The same goes for the server as a whole ("") and for each service.
// Thread-safe.
class Health {
 public:
  explicit Health(std::vector<std::string> services);

  // From here on `service` is kept up to date; it outlives this object or the
  // call of Drain.
  void Attach(grpc::HealthCheckServiceInterface* service)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void SetPool(const std::string& name, bool connected)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Not serving, for good.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void PublishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<std::string> services_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> connected_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::HealthCheckServiceInterface* service_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_HEALTH_H_
