// One thread on which everything that belongs to a connection happens.
#ifndef BACKEND_HTTP_LOOP_H_
#define BACKEND_HTTP_LOOP_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace xapi_gateway::http {

// Runs tasks one after the other, so that what they share needs no lock. Tests
// put a fake with a hand-driven clock in its place.
class Loop {
 public:
  using Task = absl::AnyInvocable<void()>;
  // Never zero, never reused.
  using TimerId = uint64_t;

  virtual ~Loop() = default;

  // Runs `task` on the loop thread, after all that was posted before. From any
  // thread; also from a task, and then it does not run inside the call. A loop
  // that has stopped destroys the task without running it.
  virtual void Post(Task task) = 0;

  // The members below are for the loop thread alone, except Now and
  // FromWallClock.

  // Runs `task` once at `when`, or soon if that has passed.
  virtual TimerId RunAt(absl::Time when, Task task) = 0;
  // Does nothing for a timer that has run.
  virtual void CancelTimer(TimerId id) = 0;

  // A clock that never jumps; comparable only with itself.
  virtual absl::Time Now() const = 0;
  // The Now() at which the wall clock will show `time` if it is not set.
  virtual absl::Time FromWallClock(absl::Time time) const = 0;
};

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_LOOP_H_
