#include "gateway/server/health.h"

#include <grpcpp/health_check_service_interface.h>

#include <utility>

namespace xapi_gateway::server {

Health::Health(std::vector<std::string> services)
    : services_(std::move(services)) {}

void Health::Attach(grpc::HealthCheckServiceInterface* service) {
  absl::MutexLock lock(&mutex_);
  service_ = service;
  PublishLocked();
}

void Health::SetPool(const std::string& name, bool connected) {
  absl::MutexLock lock(&mutex_);
  const bool changed =
      connected ? connected_.insert(name).second : connected_.erase(name) > 0;
  if (changed) PublishLocked();
}

void Health::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  PublishLocked();
  service_ = nullptr;
}

void Health::PublishLocked() {
  if (service_ == nullptr) return;
  const bool serving = !draining_ && !connected_.empty();
  service_->SetServingStatus("", serving);
  for (const std::string& name : services_) {
    service_->SetServingStatus(name, serving);
  }
}

}  // namespace xapi_gateway::server
