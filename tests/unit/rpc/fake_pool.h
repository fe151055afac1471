// A pool that answers as a test says.
#ifndef TESTS_UNIT_RPC_FAKE_POOL_H_
#define TESTS_UNIT_RPC_FAKE_POOL_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "backend/call/pool.h"

namespace xapi_gateway::rpc {

// Calls wait until the test answers or cancels them. Thread-safe.
class FakePool final : public call::Pool {
 public:
  struct Started {
    call::CallSpec spec;
    std::string arguments;
    Done done;
  };

  absl::StatusOr<call::CallId> Start(call::CallSpec spec, Done done) override {
    absl::StatusOr<std::string> arguments = spec.arguments(format());
    if (!arguments.ok()) return arguments.status();
    absl::MutexLock lock(&mutex_);
    calls_.emplace(++last_id_, Started{std::move(spec), *std::move(arguments),
                                       std::move(done)});
    return last_id_;
  }

  void Cancel(call::CallId id) override {
    std::optional<Started> call = Take(id);
    if (!call) return;
    call->done(call::CallFailure{absl::CancelledError("cancelled"),
                                 call::FailureReason::kCancelled,
                                 call::Execution::kUnknown});
  }

  wire::Format format() const override { return wire::Format::kJsonRpc; }
  call::PoolState state() const override { return {}; }
  void UpdateHosts(std::vector<std::string>) override {}
  absl::Status Shutdown(absl::Time) override { return absl::OkStatus(); }

  // Waits for the next call that is not taken yet; nullopt if none comes.
  std::optional<Started> TakeNext() {
    call::CallId id = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (!mutex_.AwaitWithTimeout(absl::Condition(this, &FakePool::HasCalls),
                                   absl::Seconds(30))) {
        return std::nullopt;
      }
      id = calls_.begin()->first;
    }
    return Take(id);
  }

  // Waits until a call is there, and leaves it.
  bool WaitForCall() {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(this, &FakePool::HasCalls),
                                   absl::Seconds(30));
  }

  int started() const {
    absl::MutexLock lock(&mutex_);
    return static_cast<int>(last_id_);
  }

 private:
  bool HasCalls() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !calls_.empty();
  }

  std::optional<Started> Take(call::CallId id) {
    absl::MutexLock lock(&mutex_);
    const auto call = calls_.find(id);
    if (call == calls_.end()) return std::nullopt;
    std::optional<Started> taken(std::move(call->second));
    calls_.erase(call);
    return taken;
  }

  mutable absl::Mutex mutex_;
  call::CallId last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<call::CallId, Started> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace xapi_gateway::rpc

#endif  // TESTS_UNIT_RPC_FAKE_POOL_H_
