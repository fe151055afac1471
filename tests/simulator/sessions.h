// Logins, session checks, expiry and roles.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_SESSIONS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_SESSIONS_H_

#include <string>

#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

// The real server's limits of sessions, per group.
inline constexpr size_t kMaxPoolSessions = 400;
inline constexpr size_t kMaxAnonymousSessions = 400;
inline constexpr size_t kMaxSessionsPerOriginator = 500;
inline constexpr size_t kMaxSessionsPerUser = 500;
inline constexpr absl::Duration kSessionIdleLimit = absl::Hours(24);
// last_active is written only when it is older than this.
inline constexpr absl::Duration kLastActiveGranularity = absl::Seconds(600);

// How a connection came in: over TCP, or over the host's unix socket, whose
// peer is taken to be root.
struct Peer {
  int host = 0;
  bool trusted = false;
};

// session.login_with_password and its kin; call.args are theirs. A refusal is
// answered after Options::login_failure_delay.
void Login(World& world, const Peer& peer, const Invocation& call, Done done);
Outcome LocalLogin(World& world, const Peer& peer, const Invocation& call);

void EndSession(World& world, const std::string& session);
// Every session of the pool is gone, as when the coordinator's process ends.
void ForgetSessions(World& world);
// Removes idle and surplus sessions, oldest use first.
void CollectSessions(World& world);
// Notes that the session is in use.
void TouchSession(World& world, const std::string& session);

// What the role check says about a call; no error when it is allowed.
Error CheckRole(const World& world, const Invocation& call);
// The bit of a role name, 0 when there is none such.
RoleMask RoleBit(const Model& model, const std::string& role);
// "No permission in user session. (Roles with this permission: ...)"
std::string RoleText(const Model& model, RoleMask roles);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_SESSIONS_H_
