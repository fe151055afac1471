#include "backend/http/event_loop.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace xapi_gateway::http {
namespace {

// Descriptors handled in one wait; more are handled in the next.
constexpr int kMaxEventsPerWait = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Start() {
  int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event = {.events = EPOLLIN, .data = {.fd = wake_fd}};
  if (epoll_fd < 0 || wake_fd < 0 ||
      epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) != 0) {
    absl::Status status = absl::ResourceExhaustedError(
        absl::StrCat("no descriptors for an event loop: ", strerror(errno)));
    if (epoll_fd >= 0) close(epoll_fd);
    if (wake_fd >= 0) close(wake_fd);
    return status;
  }
  return absl::WrapUnique(new EventLoop(epoll_fd, wake_fd));
}

EventLoop::EventLoop(int epoll_fd, int wake_fd)
    : epoll_fd_(epoll_fd), wake_fd_(wake_fd), thread_([this] { Run(); }) {}

EventLoop::~EventLoop() {
  stopping_ = true;
  Wake();
  thread_.join();
  // Destroying a task may post another or cancel a timer, so each container is
  // emptied before its tasks go; what they leave goes with the members.
  std::vector<Task> left;
  {
    absl::MutexLock lock(&mu_);
    left.swap(posted_);
  }
  left.clear();
  auto timers = std::move(timers_);
  timers_.clear();
  timers.clear();
  close(wake_fd_);
  close(epoll_fd_);
}

void EventLoop::Post(Task task) {
  {
    absl::MutexLock lock(&mu_);
    posted_.push_back(std::move(task));
    if (awake_) return;
    awake_ = true;
  }
  Wake();
}

void EventLoop::RunAndWait(Task task) {
  if (InLoopThread()) {
    task();
    return;
  }
  absl::Notification done;
  Post([&] {
    task();
    done.Notify();
  });
  done.WaitForNotification();
}

Loop::TimerId EventLoop::RunAt(absl::Time when, Task task) {
  TimerId id = next_timer_++;
  timers_.emplace(std::make_pair(when, id), std::move(task));
  timer_times_.emplace(id, when);
  return id;
}

void EventLoop::CancelTimer(TimerId id) {
  auto found = timer_times_.find(id);
  if (found == timer_times_.end()) return;
  timers_.erase({found->second, id});
  timer_times_.erase(found);
}

absl::Time EventLoop::Now() const {
  return absl::UnixEpoch() +
         absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

absl::Time EventLoop::FromWallClock(absl::Time time) const {
  return Now() + (time - absl::Now());
}

void EventLoop::WatchFd(int fd, uint32_t events, FdHandler handler) {
  epoll_event event = {.events = events, .data = {.fd = fd}};
  bool added = handlers_.contains(fd);
  handlers_[fd] = std::make_shared<FdHandler>(std::move(handler));
  // A descriptor closed behind our back has left epoll by itself.
  if (added && epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) == 0) return;
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event);
}

void EventLoop::UnwatchFd(int fd) {
  if (handlers_.erase(fd) != 0) {
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  }
}

uint64_t EventLoop::AddRoundHook(std::function<void()> hook) {
  round_hooks_.emplace(next_hook_, std::move(hook));
  return next_hook_++;
}

void EventLoop::RemoveRoundHook(uint64_t id) { round_hooks_.erase(id); }

void EventLoop::Run() {
  // Signals are for the program's own threads; and writing to a connection that
  // the peer has closed must not end the process.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  thread_id_ = std::this_thread::get_id();
  while (!stopping_) {
    RunPosted();
    RunTimers();
    RunRoundHooks();
    WaitForEvents();
  }
}

void EventLoop::RunPosted() {
  {
    absl::MutexLock lock(&mu_);
    running_.swap(posted_);
  }
  for (Task& task : running_) {
    if (stopping_) break;
    task();
  }
  running_.clear();
}

void EventLoop::RunTimers() {
  absl::Time now = Now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto timer = timers_.extract(timers_.begin());
    timer_times_.erase(timer.key().second);
    if (!stopping_) timer.mapped()();
  }
}

void EventLoop::RunRoundHooks() {
  for (auto& [id, hook] : round_hooks_) hook();
}

int EventLoop::WaitMilliseconds() const {
  if (timers_.empty()) return -1;
  absl::Duration left = timers_.begin()->first.first - Now();
  // Rounded up, or the loop would spin for the last part of a millisecond.
  int64_t milliseconds =
      absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(milliseconds, 0, INT_MAX));
}

void EventLoop::WaitForEvents() {
  epoll_event events[kMaxEventsPerWait];
  int wait = WaitMilliseconds();
  {
    absl::MutexLock lock(&mu_);
    if (!posted_.empty()) wait = 0;
    awake_ = wait == 0;
  }
  int count = epoll_wait(epoll_fd_, events, kMaxEventsPerWait, wait);
  {
    absl::MutexLock lock(&mu_);
    awake_ = true;
  }
  for (int i = 0; i < count && !stopping_; ++i) {
    if (events[i].data.fd == wake_fd_) {
      uint64_t value;
      [[maybe_unused]] ssize_t got = read(wake_fd_, &value, sizeof(value));
      continue;
    }
    auto found = handlers_.find(events[i].data.fd);
    if (found == handlers_.end()) continue;
    // A copy, since the handler may unwatch its own descriptor.
    std::shared_ptr<FdHandler> handler = found->second;
    (*handler)(events[i].events);
  }
}

void EventLoop::Wake() {
  uint64_t one = 1;
  [[maybe_unused]] ssize_t put = write(wake_fd_, &one, sizeof(one));
}

}  // namespace xapi_gateway::http
