// A simulated pool of xapi hosts, started inside a test or by the program.
//
//   Options options;
//   options.hosts = 3;
//   auto pool = Pool::Start(options);
//   Connect("https://127.0.0.2:" + (*pool)->host(0).https, (*pool)->ca_pem());
//
// Every member is thread-safe: work is done on the pool's own thread, and the
// caller waits for it.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_POOL_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/history.h"
#include "tests/simulator/options.h"

namespace xapi_gateway::simulator {

struct Endpoint {
  std::string ip;
  uint16_t https = 0;   // 0 = none
  uint16_t http = 0;    // 0 = none
  std::string socket;   // empty = none
  std::string address;  // host.address, which HOST_IS_SLAVE names
  std::string ref;
  bool up = true;
};

class Pool {
 public:
  static absl::StatusOr<std::unique_ptr<Pool>> Start(Options options);
  // Closes all connections and joins the pool's thread.
  ~Pool();

  int hosts() const;
  Endpoint host(int index) const;
  int coordinator() const;  // index; -1 while there is none
  const std::string& ca_pem() const;
  uint16_t control_port() const;  // 0 = none

  // The host's process ends; connections break, the port refuses. A dead
  // coordinator takes all sessions and tasks with it.
  void Kill(int host);
  // It comes up again, from the database as it was.
  absl::Status Revive(int host);
  // Kill and Revive, down for this long (of the pool's clock).
  void RestartHost(int host, absl::Duration down = absl::ZeroDuration());
  // Connections are accepted and never answered, until told otherwise.
  void Hang(int host, bool hung);
  // Every ordinary call to the host fails with this; empty ends it.
  void SetEmergency(int host, std::vector<std::string> error);
  // The host is sent the database, as it is every few minutes.
  void BackUp(int host);
  // As if pool.emergency_transition_to_master had finished: the host comes up
  // as coordinator from its last backup, so newer objects are gone and the
  // generation may be lower than before.
  absl::Status FailOver(int host);

  // Faults and prescribed replies. method without Async. for the latter.
  int64_t AddFault(FaultRule rule);
  void RemoveFault(int64_t id);
  void ClearFaults();
  // result is the JSON of a value; datetimes and floats take the form of the
  // message's result type. times: -1 = until removed.
  absl::Status PrescribeResult(const std::string& method,
                               absl::string_view result, int times = -1);
  void PrescribeError(const std::string& method, std::vector<std::string> error,
                      int times = -1);
  void ClearPrescriptions();

  // Calls recorded after the one with this id (needs Options::record_calls).
  std::vector<RecordedCall> history(int64_t after = 0) const;
  void ClearHistory();

  // A virtual clock moves on; a real one fails.
  absl::Status AdvanceClock(absl::Duration by);
  absl::Time now() const;
  void SetChurn(double changes_per_second);

  // Calls the API on a host, as a trusted peer, without any network:
  // arguments and result as JSON, the session left out.
  absl::StatusOr<std::string> Call(const std::string& method,
                                   absl::string_view args_json, int host = 0);
  // How many sessions there are.
  size_t sessions() const;
  // How many callers wait for events.
  size_t waiting_for_events() const;
  int64_t generation() const;

  // The line the program prints when it is ready.
  std::string ReadyJson(const std::string& ca_file) const;

 private:
  class Impl;
  explicit Pool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_POOL_H_
