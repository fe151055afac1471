// What a Pool does on the loop thread. Internal to backend/call.
#ifndef BACKEND_CALL_POOL_CORE_H_
#define BACKEND_CALL_POOL_CORE_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "backend/call/coordinator.h"
#include "backend/call/exchange.h"
#include "backend/call/fair_queue.h"
#include "backend/call/outcome.h"
#include "backend/call/pool.h"
#include "backend/call/replay_policy.h"
#include "backend/call/session_calls.h"
#include "backend/session/session_pool.h"

namespace xapi_gateway::call {

// Memory that waiting calls may hold in arguments. At 300 KiB a call, the
// number of calls alone would allow ten times as much.
inline constexpr size_t kMaxQueuedBytes = 32 << 20;

// When to come back after a full queue. Short: places get free with each call
// that ends.
inline constexpr absl::Duration kQueueFullRetryAfter = absl::Milliseconds(500);

// One call on its way.
struct Call {
  CallId id = 0;
  CallSpec spec;
  Pool::Done done;
  absl::Time deadline;  // by the loop's clock
  std::string arguments;
  wire::Format arguments_format = wire::Format::kJsonRpc;
  bool has_arguments = false;

  session::Lease lease;
  http::Loop::TimerId deadline_timer = 0;  // while it waits
  http::Transport::RequestId request = 0;  // while it is sent
  uint64_t generation = 0;                 // of the connection it was sent on
  absl::Time sent_at;
  int replays = 0;
  bool maybe_executed = false;  // one of its tries broke after it was sent
};

// Loop thread only, except the members said to be thread-safe.
class PoolCore : public std::enable_shared_from_this<PoolCore> {
 public:
  PoolCore(PoolOptions options, std::vector<http::Endpoint> seeds,
           http::Transport* transport, session::Jitter jitter,
           Pool::StateListener listener);

  void Open();
  void Submit(std::unique_ptr<Call> call);
  void Cancel(CallId id);
  void UpdateHosts(const std::vector<std::string>& addresses);
  // Ends all calls and logs out; `done` gets the number of sessions that could
  // not be logged out, once nothing is left to do.
  void Shutdown(std::function<void(int)> done);
  // Ends all calls and lets go of the transport.
  void Close();

  // Thread-safe.
  PoolState state() const;
  wire::Format format() const { return format_.load(); }
  const PoolOptions& options() const { return options_; }
  http::Loop& loop() const { return loop_; }

 private:
  using LoginDone = absl::AnyInvocable<void(session::LoginResult)>;
  struct Identified {
    std::shared_ptr<const session::Identity> identity;
    std::unique_ptr<session::SessionPool> sessions;
  };

  // Sessions.
  std::unique_ptr<session::SessionPool> MakeSessions(
      std::shared_ptr<const session::Identity> identity, int max_sessions);
  // Logs in where the coordinator is, or was last. Whenever a session had to be
  // replaced, the process behind the address may be another one, even of
  // another pool; so the uuid is checked each time.
  void LoginFor(const session::Identity& identity, LoginDone done);
  void CheckLogin(const Route& route, uint64_t generation,
                  std::string reference, LoginDone done);
  void RefuseLogin(uint64_t generation, CallOutcome outcome, LoginDone done);
  session::SessionPool* SessionsFor(const Call& call);
  bool MakeRoomForIdentity();
  bool IsOwn(const Call& call) const;
  absl::string_view KeyOf(const Call& call) const;
  void WaitForSession(const std::string& key, session::SessionPool& sessions);
  void OnSession(const std::string& key,
                 session::SessionPool::Acquired acquired);
  void LogoutIdle();

  // The coordinator.
  void OnConnected(bool same_process);
  void OnLost();
  void OnRejected(const wire::ApiError& error);
  void ArmCircuitBreaker();
  void BreakOffOlderThan(uint64_t generation);
  void SuspectBecause(uint64_t generation, const CallOutcome& outcome);
  void CheckSilence();
  CallFailure NoCoordinatorFailure() const;

  // Calls.
  std::optional<CallOutcome> RefuseAtOnce(const Call& call) const;
  void Enqueue(Call& call);
  void Pump();
  void Dispatch(Call& call);
  bool PrepareArguments(Call& call, wire::Format format);
  void SendCall(Call& call);
  void OnOutcome(CallId id, CallOutcome outcome);
  void Settle(Call& call, CallOutcome outcome);
  void Replay(Call& call, CallOutcome outcome);
  void ArmDeadline(Call& call);
  void End(CallId id, CallOutcome outcome);
  void EndQueued(const std::vector<CallId>& ids, const CallOutcome& outcome);
  void EndAll(const CallFailure& failure);

  void Housekeep();
  void Publish();
  void Count();

  const PoolOptions options_;
  http::Transport* const transport_;
  http::Loop& loop_;
  const ExchangeLimits limits_;
  const session::Jitter jitter_;
  const Pool::StateListener listener_;
  const std::shared_ptr<const session::Identity> own_identity_;
  const std::shared_ptr<SessionCalls> session_calls_;
  const std::unique_ptr<session::SessionPool> own_sessions_;
  std::map<std::string, Identified, std::less<>> others_;
  AttemptContext attempt_context_;
  Coordinator coordinator_;

  absl::flat_hash_map<CallId, std::unique_ptr<Call>> calls_;
  FairQueue queue_;
  int active_ = 0;       // sent, not yet answered
  bool broken_ = false;  // no coordinator for too long: calls fail at once
  bool shut_down_ = false;
  bool closed_ = false;
  http::Loop::TimerId circuit_timer_ = 0;
  http::Loop::TimerId housekeeping_timer_ = 0;
  absl::Time last_answer_ = absl::InfinitePast();

  std::atomic<wire::Format> format_;
  std::atomic<int> active_count_ = 0;
  std::atomic<int> queued_count_ = 0;
  std::atomic<int> session_count_ = 0;
  mutable absl::Mutex mu_;
  PoolState published_ ABSL_GUARDED_BY(mu_);
};

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_POOL_CORE_H_
