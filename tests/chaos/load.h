// Keeps a number of marked calls in flight on a pool.
#ifndef TESTS_CHAOS_LOAD_H_
#define TESTS_CHAOS_LOAD_H_

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "backend/call/pool.h"
#include "tests/chaos/checker.h"

namespace xapi_gateway::chaos {

// Every call sets the name of one of `vms` to its mark; half of them are
// declared idempotent. Runs from construction to Stop.
class Load {
 public:
  Load(call::Pool* pool, Checker* checker, std::vector<std::string> vms,
       int width, uint64_t seed);
  ~Load() { Stop(); }

  // Starts no further calls. Those in flight go on.
  void Stop();

  // Blocks until a call that was answered after `since` was good; returns when
  // that was, or InfiniteFuture after `most`. Meanwhile some more calls are
  // let go, since those in flight may all wait for replies that never come.
  absl::Time WaitForGoodCall(absl::Time since, absl::Duration most) const;

 private:
  void Generate();
  void StartOne();
  void OnDone(const std::string& mark, call::CallOutcome outcome);

  call::Pool* const pool_;
  Checker* const checker_;
  const std::vector<std::string> vms_;
  const int width_;
  std::mt19937_64 random_;  // of the generating thread
  int next_ = 0;
  mutable absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  int in_flight_ ABSL_GUARDED_BY(mu_) = 0;
  mutable int extra_ ABSL_GUARDED_BY(mu_) = 0;
  // When good calls ended since the last wait began; only the first after the
  // awaited moment matters.
  mutable absl::Time awaited_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  mutable absl::Time good_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  std::thread thread_;
};

}  // namespace xapi_gateway::chaos

#endif  // TESTS_CHAOS_LOAD_H_
