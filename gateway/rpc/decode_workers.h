// Threads that decode large replies, so that small calls need not wait behind
// them on the thread that carries all of xapi's traffic.
#ifndef GATEWAY_RPC_DECODE_WORKERS_H_
#define GATEWAY_RPC_DECODE_WORKERS_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace xapi_gateway::rpc {

// Replies that wait for a thread, in bytes. Enough for the largest reply there
// may be and some more; a queue of that size takes seconds to decode, and what
// comes on top would miss its deadline anyway.
inline constexpr size_t kMaxWaitingReplyBytes = size_t{512} << 20;

// Thread-safe.
class DecodeWorkers {
 public:
  using Job = absl::AnyInvocable<void()>;

  explicit DecodeWorkers(int threads);
  // Runs what waits, then ends the threads.
  ~DecodeWorkers();

  DecodeWorkers(const DecodeWorkers&) = delete;
  DecodeWorkers& operator=(const DecodeWorkers&) = delete;

  // Runs `job`, which holds `bytes` of a reply, soon on one of the threads.
  // False, leaving `job` alone, if kMaxWaitingReplyBytes would be exceeded.
  bool Submit(size_t bytes, Job& job) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Waiting {
    size_t bytes;
    Job job;
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  bool Awake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  }

  absl::Mutex mutex_;
  std::deque<Waiting> queue_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_DECODE_WORKERS_H_
