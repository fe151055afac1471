// What a simulated pool can be told before it starts.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_OPTIONS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace xapi_gateway::simulator {

struct User {
  std::string name;
  std::string password;
  std::string role;  // empty = root: everything is allowed
};

// Root, and one user named after each of the six roles.
std::vector<User> DefaultUsers();
inline constexpr char kDefaultPassword[] = "simulated";

enum class Addressing {
  // Host i has the address 127.0.0.<2+i>; all share one port number, so that a
  // client which keeps its port can follow HOST_IS_SLAVE, as with real hosts.
  kIp,
  // All hosts are 127.0.0.1; host.address is "127.0.0.1:<port>".
  kPort,
};

struct Options {
  int hosts = 3;
  int vms = 50;
  // Objects, references and churn are the same for the same seed and counts.
  uint64_t seed = 1;
  std::vector<User> users = DefaultUsers();

  Addressing addressing = Addressing::kIp;
  uint16_t https_port = 0;  // 0 = any free one; in kPort mode of the first host
  bool http = true;         // plain HTTP listeners as well
  uint16_t http_port = 0;
  bool tls = true;
  // Directory for unix sockets (host0.sock ...); empty = none.
  std::string unix_directory;
  // The control interface's port: -1 = none, 0 = any free one.
  int control_port = -1;

  // Real time, or a clock that stands still until advanced, starting here.
  bool virtual_clock = false;
  absl::Time virtual_start = absl::FromUnixSeconds(1'780'000'000);
  // Multiplies how long operations such as VM.start take.
  double operation_scale = 1.0;
  // Multiplies the server's own periods: collection, restart, heartbeats ...
  double period_scale = 1.0;
  // A wrong password takes this long to be refused.
  absl::Duration login_failure_delay = absl::Seconds(2);
  // Changes of objects per second made by nobody in particular.
  double churn_per_second = 0;
  // Keep every call for Pool::history(), the newest kMaxHistory of them.
  bool record_calls = false;
};

// "host1", "hosts3" or "hosts64": sets hosts and vms.
absl::Status ApplyPreset(const std::string& name, Options* options);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_OPTIONS_H_
