// The one service behind all RPCs: finds out by the path what to do.
#ifndef GATEWAY_RPC_GENERIC_SERVICE_H_
#define GATEWAY_RPC_GENERIC_SERVICE_H_

#include <grpcpp/generic/async_generic_service.h>

#include <functional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "gateway/rpc/environment.h"

namespace xapi_gateway::rpc {

// Thread-safe once the server runs.
class GenericService final : public grpc::CallbackGenericService {
 public:
  // Makes the reactor of one call; it deletes itself.
  using Handler = std::function<grpc::ServerGenericBidiReactor*(
      grpc::GenericCallbackServerContext&)>;

  // `environment` outlives the service.
  explicit GenericService(const Environment& environment)
      : environment_(environment) {}

  // Serves a path beyond the mirror. Before the server runs.
  void AddHandler(std::string path, Handler handler) {
    handlers_.insert_or_assign(std::move(path), std::move(handler));
  }

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  const Environment& environment_;
  absl::flat_hash_map<std::string, Handler> handlers_;
};

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_GENERIC_SERVICE_H_
