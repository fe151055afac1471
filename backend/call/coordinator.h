// Knows which host of the pool is the coordinator, and finds it again.
//
//   probing    all known hosts are asked, in parallel and for ever, whether
//              they are alive; each that is gets a connect attempt. Attempts
//              overlap only when one is slow to answer.
//   following  a host was named as coordinator and is being asked. To the
//              outside the same as probing, which goes on beside it.
//   connected  a host passed: it is coordinator, of the right pool, and there
//              is a session. Nothing is probed until somebody suspects it.
//
// Asking whether a host is alive needs no session and gives none, so no
// credentials go to hosts that hang or boot, and two names of one host do not
// get a session each.
#ifndef BACKEND_CALL_COORDINATOR_H_
#define BACKEND_CALL_COORDINATOR_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "backend/call/connect_attempt.h"
#include "backend/call/exchange.h"
#include "backend/call/host_probe.h"
#include "backend/call/pool.h"
#include "backend/call/pool_options.h"
#include "backend/http/endpoint.h"
#include "backend/session/backoff.h"

namespace xapi_gateway::call {

// Hosts kept in mind. A pool has at most 64, each perhaps under two names; what
// redirects name beyond that is ignored.
inline constexpr size_t kMaxHosts = 256;

// Redirects followed at once per PoolOptions::max_probe_delay; two hosts may
// name each other. Further ones wait for the host's next turn.
inline constexpr int kMaxHops = 6;

// How long an attempt may take before the next host is tried beside it.
inline constexpr absl::Duration kOverlapDelay = absl::Milliseconds(250);

// For the loop thread.
class Coordinator {
 public:
  struct Connection {
    Route route;
    uint64_t generation;  // counts connections, from 1
  };
  // None of them may destroy the coordinator.
  struct Events {
    // `same_process`: the sessions from before still hold, so calls under way
    // may well be answered.
    std::function<void(bool same_process)> connected;
    std::function<void()> lost;
    // The coordinator is there, but rejects the pool's own credentials.
    std::function<void(const wire::ApiError&)> rejected;
    // Phase, problem or hosts changed.
    std::function<void()> changed;
  };

  // `seeds` is not empty. `context` outlives this object.
  Coordinator(const AttemptContext& context, std::vector<http::Endpoint> seeds,
              session::Jitter jitter, Events events);

  void Start();
  // Ends all that is under way, except logins, which clean up after themselves.
  void Stop();

  // Null unless connected.
  const Connection* connection() const {
    return connection_ ? &*connection_ : nullptr;
  }
  // The host that is, or was last, the coordinator.
  const Route& last_route() const { return last_route_; }

  // A call found the coordinator of `generation` wanting. `named`: the address
  // it gave instead, or "". Ignored for an older generation.
  void Suspect(uint64_t generation, std::string problem, std::string named);
  // Asks the coordinator whether it is alive, and suspects it if it is not.
  void Check();
  void UpdateHosts(const std::vector<std::string>& addresses);
  // Replaces the hosts by what the pool says, once it has answered.
  void ReadHosts();

  PoolState::Phase phase() const { return phase_; }
  const std::string& pool_uuid() const { return pool_uuid_; }
  const std::string& problem() const { return problem_; }
  std::vector<std::string> HostNames() const;
  // When credentials that were rejected are tried again, if they were.
  absl::Time next_login() const { return next_login_; }

 private:
  struct Attempt {
    std::shared_ptr<ConnectAttempt> attempt;
    absl::Time started;
  };

  HostProbe& AddHost(const http::Endpoint& endpoint);
  session::Backoff DelaysFor(const http::Endpoint& endpoint) const;
  const http::Endpoint& Pattern(const http::Endpoint& from) const;
  void SetPhase(PoolState::Phase phase, std::string problem);
  void ProbeAll();
  void OnProbed(const http::Endpoint& endpoint, std::string problem);
  void Enqueue(const http::Endpoint& endpoint);
  void PumpAttempts();
  void PumpLater(absl::Time when);
  void StartAttempt(const http::Endpoint& endpoint);
  void OnAttempt(const http::Endpoint& endpoint, AttemptResult result);
  void OnFound(Found found);
  void OnRejected(const wire::ApiError& error);
  void Follow(const http::Endpoint& from, const std::string& address);
  bool MayHop();
  void StopFollowing(const http::Endpoint& endpoint, std::string problem);
  void CancelProbing();

  const AttemptContext context_;
  http::Loop& loop_;
  const std::vector<http::Endpoint> seeds_;
  const session::Jitter jitter_;
  const Events events_;

  PoolState::Phase phase_ = PoolState::Phase::kProbing;
  std::string problem_;
  std::optional<Connection> connection_;
  uint64_t generation_ = 0;
  Route last_route_;
  std::string pool_uuid_;
  std::map<http::Endpoint, std::unique_ptr<HostProbe>> hosts_;
  std::deque<http::Endpoint> candidates_;  // alive, waiting for an attempt
  std::map<http::Endpoint, Attempt> attempts_;
  http::Loop::TimerId pump_timer_ = 0;
  absl::Time next_login_ = absl::InfinitePast();
  std::set<http::Endpoint> likely_;  // was coordinator, or is said to be
  std::optional<http::Endpoint> following_;
  int hops_ = 0;
  absl::Time hops_since_ = absl::InfinitePast();
  http::Transport::RequestId hosts_request_ = 0;
  http::Transport::RequestId check_request_ = 0;
};

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_COORDINATOR_H_
