// A loop whose time passes only when a test says so.
#ifndef TESTS_TESTING_FAKE_LOOP_H_
#define TESTS_TESTING_FAKE_LOOP_H_

#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "backend/http/loop.h"

namespace xapi_gateway::testing {

// Everything runs on the thread of the test, in order of time.
class FakeLoop : public http::Loop {
 public:
  void Post(Task task) override { posted_.push_back(std::move(task)); }
  TimerId RunAt(absl::Time when, Task task) override {
    times_[next_] = when;
    timers_.emplace(std::make_pair(when, next_), std::move(task));
    return next_++;
  }
  void CancelTimer(TimerId id) override {
    auto found = times_.find(id);
    if (found == times_.end()) return;
    timers_.erase({found->second, id});
    times_.erase(found);
  }
  absl::Time Now() const override { return now_; }
  absl::Time FromWallClock(absl::Time time) const override {
    return now_ + (time - absl::Now());
  }

  // Runs what is posted, without any time passing.
  void RunPosted() {
    while (!posted_.empty()) {
      Task task = std::move(posted_.front());
      posted_.pop_front();
      task();
    }
  }
  // Lets time pass, stopping early once `until` holds; false if it never did.
  bool RunUntil(absl::Duration most, const std::function<bool()>& until) {
    absl::Time end = now_ + most;
    RunPosted();
    while (!until()) {
      if (timers_.empty() || timers_.begin()->first.first > end) {
        now_ = end;
        return until();
      }
      auto timer = timers_.extract(timers_.begin());
      times_.erase(timer.key().second);
      now_ = std::max(now_, timer.key().first);
      timer.mapped()();
      RunPosted();
    }
    return true;
  }
  void RunFor(absl::Duration time) {
    RunUntil(time, [] { return false; });
  }
  size_t timers() const { return timers_.size(); }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  std::deque<Task> posted_;
  std::map<std::pair<absl::Time, TimerId>, Task> timers_;
  std::map<TimerId, absl::Time> times_;
  TimerId next_ = 1;
};

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_FAKE_LOOP_H_
