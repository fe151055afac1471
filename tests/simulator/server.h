// The network side of a pool: listeners of every host, their connections, and
// the one thread on which everything runs.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_SERVER_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/tls.h"

namespace xapi_gateway::simulator {

// The real server's limit of connections per host; beyond it none is accepted.
inline constexpr int kMaxConnections = 800;

struct HostPorts {
  std::string ip;      // to connect to
  uint16_t https = 0;  // 0 = not listening
  uint16_t http = 0;
  std::string socket;  // empty = none
};

// Answers a request of the control interface: status and JSON body.
struct ControlAnswer {
  int status = 200;
  std::string json = "{}";
};
using ControlHandler = std::function<ControlAnswer(const std::string& method,
                                                   const std::string& path,
                                                   const std::string& body)>;

// All members but Post and Stop are for the pool's thread, or for before Run.
class Server {
 public:
  explicit Server(Engine* engine);
  ~Server();

  // Binds every listener of every host. Addresses are known afterwards.
  absl::Status Bind(const Options& options);
  absl::Status UseCertificates(const PoolCertificates& certificates);
  absl::Status BindControl(uint16_t port, ControlHandler handler);
  uint16_t control_port() const;
  const std::vector<HostPorts>& ports() const;

  // Runs until Stop. The calling thread becomes the pool's.
  void Run();
  void Stop();
  // Runs work on the pool's thread. Thread-safe.
  void Post(std::function<void()> work);

  // The host's process ends: nothing listens, connections are gone.
  void CloseHost(int host);
  absl::Status OpenHost(int host);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_SERVER_H_
