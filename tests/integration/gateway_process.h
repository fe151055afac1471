// The gateway program in front of pools, as tests start it.
#ifndef TESTS_INTEGRATION_GATEWAY_PROCESS_H_
#define TESTS_INTEGRATION_GATEWAY_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/pool.h"
#include "tests/testing/generic_client.h"
#include "tests/testing/process.h"

namespace xapi_gateway::testing {

// One pool of the configuration.
struct PoolConfig {
  std::string name = "lab";
  std::vector<std::string> seeds;
  std::string ca_file;
  std::string password = simulator::kDefaultPassword;
  std::string wire = "auto";
  std::string more;  // further fields: "limits: {reply_bytes: 65536}"
};

// The configuration of `pools` with one plaintext listener on a free port.
// `more` is added at the end.
std::string ConfigText(const std::vector<PoolConfig>& pools,
                       const std::string& more = "");

// All hosts of `pool` as seeds, over TLS.
PoolConfig ForSimulator(const simulator::Pool& pool,
                        const std::string& wire = "auto");

// A file in the test's temporary directory, gone with this object.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& text);
  ~TemporaryFile();

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The program with a configuration file, and a channel to it.
class GatewayProcess {
 public:
  explicit GatewayProcess(const std::string& config);

  // Whether it listens. Call this first.
  bool WaitUntilReady();
  // Whether it is ready and has found a coordinator.
  bool WaitUntilServing();

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const std::string& address() const { return address_; }
  Process& process() { return process_; }

 private:
  TemporaryFile config_;
  Process process_;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The program's path.
std::string GatewayProgram();

// The sessions that were opened and not closed, by the recorded calls.
int OpenSessions(const simulator::Pool& pool);

}  // namespace xapi_gateway::testing

#endif  // TESTS_INTEGRATION_GATEWAY_PROCESS_H_
