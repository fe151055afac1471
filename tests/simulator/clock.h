// Time as the pool sees it, and what is due when. With a virtual clock time
// stands still until a test advances it.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_CLOCK_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_CLOCK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace xapi_gateway::simulator {

class Clock {
 public:
  static Clock Real() { return Clock(std::nullopt); }
  static Clock Virtual(absl::Time start) { return Clock(start); }

  bool is_virtual() const { return frozen_.has_value(); }
  absl::Time Now() const { return frozen_ ? *frozen_ : absl::Now(); }
  // Only of a virtual clock.
  void Set(absl::Time now) { frozen_ = now; }

 private:
  explicit Clock(std::optional<absl::Time> frozen) : frozen_(frozen) {}

  std::optional<absl::Time> frozen_;
};

// 20260131T09:05:07Z
inline std::string ToWireTime(absl::Time time) {
  return absl::FormatTime("%Y%m%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Functions to be run on the pool's thread at or after a time. Of those due at
// the same time the one added first runs first.
class TimerQueue {
 public:
  using Id = std::pair<absl::Time, uint64_t>;

  Id Add(absl::Time due, std::function<void()> run) {
    Id id{due, ++last_};
    timers_.emplace(id, std::move(run));
    return id;
  }
  void Cancel(const Id& id) { timers_.erase(id); }
  std::optional<absl::Time> NextDue() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
  }
  // Runs the first timer due by now. False when none is.
  bool RunOne(absl::Time now) {
    if (timers_.empty() || timers_.begin()->first.first > now) return false;
    auto node = timers_.extract(timers_.begin());
    node.mapped()();
    return true;
  }

 private:
  std::map<Id, std::function<void()>> timers_;
  uint64_t last_ = 0;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_CLOCK_H_
