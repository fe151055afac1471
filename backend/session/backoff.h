// Delays between tries that keep failing.
#ifndef BACKEND_SESSION_BACKOFF_H_
#define BACKEND_SESSION_BACKOFF_H_

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/time/time.h"

namespace xapi_gateway::session {

// A number in [0, 1); seeded in tests. Keeps many gateways, or many hosts of
// one, from trying in step.
using Jitter = std::function<double()>;

// Doubles from `min` to `max`, each delay shortened by up to a half at random.
// Not thread-safe.
class Backoff {
 public:
  Backoff(absl::Duration min, absl::Duration max, Jitter jitter)
      : min_(min), max_(max), next_(min), jitter_(std::move(jitter)) {}

  // The delay before the next try.
  absl::Duration Next() {
    absl::Duration delay = next_ * (1.0 - jitter_() / 2);
    next_ = std::min(next_ * 2, max_);
    return delay;
  }

  void Reset() { next_ = min_; }

 private:
  absl::Duration min_;
  absl::Duration max_;
  absl::Duration next_;
  Jitter jitter_;
};

}  // namespace xapi_gateway::session

#endif  // BACKEND_SESSION_BACKOFF_H_
