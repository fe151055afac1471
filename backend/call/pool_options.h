// What a pool is configured with; gateway/server fills it from the
// configuration file.
#ifndef BACKEND_CALL_POOL_OPTIONS_H_
#define BACKEND_CALL_POOL_OPTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "backend/session/identity.h"

namespace xapi_gateway::call {

using session::Identity;

enum class WireChoice {
  kAuto,  // JSON-RPC, or XML-RPC for a host that lacks it
  kJsonRpc,
  kXmlRpc,
};

struct PoolOptions {
  std::string name;  // for messages and logs
  // Any one or several hosts of the pool: "https://host[:443]",
  // "http://host[:80]", "host[:443]" (HTTPS), "unix:/path". IPv6 addresses
  // stand in brackets. At least one.
  std::vector<std::string> seeds;
  Identity identity;  // of calls that bring none of their own
  // Named in every login. xapi evicts the oldest sessions per originator, so
  // it should name the gateway and the replica.
  std::string originator;
  // The uuid that the pool must have; empty: the first one seen is kept.
  std::string pool_uuid;
  WireChoice wire = WireChoice::kAuto;

  // Calls in progress at once, over all identities; also bounds connections.
  int max_concurrent_calls = 32;
  // Calls that wait for their turn or for a coordinator.
  int max_queued_calls = 1024;
  // Sessions of one identity. A further one is opened only when many calls
  // share those there are. For the pool's own identity one of them is kept for
  // finding the coordinator again.
  int max_sessions_per_identity = 3;
  // Identities with sessions at one time.
  int max_identities = 64;
  size_t max_reply_bytes = size_t{256} << 20;

  // How long a call may wait for a coordinator, within its deadline. Once
  // there has been none for that long, calls fail at once until there is.
  absl::Duration coordinator_wait = absl::Seconds(10);
  // For connecting and, separately, for the reply to one probe.
  absl::Duration connect_timeout = absl::Seconds(5);
  // For a login. Directory users take several seconds when refused.
  absl::Duration login_timeout = absl::Seconds(30);
  // Between two probes of one host: grows from the first to the second.
  absl::Duration min_probe_delay = absl::Milliseconds(50);
  absl::Duration max_probe_delay = absl::Milliseconds(500);
  // A call without an answer for so long makes the pool check the coordinator.
  absl::Duration silence_before_check = absl::Seconds(3);
  // An identity without calls for so long is logged out. The pool's own
  // identity keeps one session.
  absl::Duration session_idle = absl::Minutes(10);
  // Between two logins with credentials that were rejected: grows from the
  // first to the second.
  absl::Duration min_rejected_delay = absl::Seconds(1);
  absl::Duration max_rejected_delay = absl::Minutes(5);
};

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_POOL_OPTIONS_H_
