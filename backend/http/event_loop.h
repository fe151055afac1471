// The real loop: a thread that waits in epoll.
#ifndef BACKEND_HTTP_EVENT_LOOP_H_
#define BACKEND_HTTP_EVENT_LOOP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "backend/http/loop.h"

namespace xapi_gateway::http {

class EventLoop : public Loop {
 public:
  // Gets what epoll reported: a mask of EPOLLIN and so on.
  using FdHandler = std::function<void(uint32_t events)>;

  // Starts the thread. RESOURCE_EXHAUSTED if the system gives no descriptors.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Start();
  // Stops after the task that runs; destroys what was posted or timed later.
  // Not from the loop thread.
  ~EventLoop() override;

  void Post(Task task) override;
  // Runs `task` on the loop thread and waits for it; at once if called there.
  void RunAndWait(Task task);
  TimerId RunAt(absl::Time when, Task task) override;
  void CancelTimer(TimerId id) override;
  absl::Time Now() const override;
  absl::Time FromWallClock(absl::Time time) const override;

  // Watches a descriptor for the epoll events in `events` (level-triggered),
  // replacing what was watched before. For the loop thread alone.
  void WatchFd(int fd, uint32_t events, FdHandler handler);
  void UnwatchFd(int fd);
  // Runs `hook` after each round of tasks, timers and descriptors, so that a
  // client acts once on all that a round brought. Returns a name for removal.
  uint64_t AddRoundHook(std::function<void()> hook);
  void RemoveRoundHook(uint64_t id);

  bool InLoopThread() const {
    return std::this_thread::get_id() == thread_id_.load();
  }

 private:
  EventLoop(int epoll_fd, int wake_fd);

  void Run();
  void RunPosted();
  void RunTimers();
  void RunRoundHooks();
  void WaitForEvents();
  int WaitMilliseconds() const;
  void Wake();

  const int epoll_fd_;
  const int wake_fd_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::thread::id> thread_id_;

  absl::Mutex mu_;
  std::vector<Task> posted_ ABSL_GUARDED_BY(mu_);
  // Whether the thread has been, or need not be, woken for `posted_`.
  bool awake_ ABSL_GUARDED_BY(mu_) = true;

  // Loop thread only.
  std::vector<Task> running_;
  std::map<std::pair<absl::Time, TimerId>, Task> timers_;
  absl::flat_hash_map<TimerId, absl::Time> timer_times_;
  TimerId next_timer_ = 1;
  absl::flat_hash_map<int, std::shared_ptr<FdHandler>> handlers_;
  std::map<uint64_t, std::function<void()>> round_hooks_;
  uint64_t next_hook_ = 1;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_EVENT_LOOP_H_
