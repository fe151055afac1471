// The small model that a history of calls is held against.
#ifndef TESTS_CHAOS_CHECKER_H_
#define TESTS_CHAOS_CHECKER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "backend/call/outcome.h"

namespace xapi_gateway::chaos {

struct Tally {
  int started = 0;
  int answered = 0;      // successes, and errors that xapi reported
  int not_executed = 0;  // reported as such
  int unknown = 0;
};

// A call is known by its mark, a text that it alone carries. What must hold:
// each call ends, and once; what must not run twice runs at most once; what was
// answered with success ran; what was reported as not executed did not run.
// Thread-safe.
class Checker {
 public:
  void Started(const std::string& mark, bool idempotent);
  void Ended(const std::string& mark, const call::CallOutcome& outcome);
  // The pool carried it out.
  void Executed(const std::string& mark);

  // One sentence for each thing that must not be.
  std::vector<std::string> Violations() const;
  Tally tally() const;
  int open() const;  // started, not ended
  // Blocks until nothing is open; false if the time runs out.
  bool WaitUntilAllEnded(absl::Duration most) const;

 private:
  enum class Said { kNothing, kSuccess, kError, kNotExecuted, kUnknown };
  struct Call {
    bool idempotent = false;
    int ended = 0;
    int executed = 0;
    Said said = Said::kNothing;
  };

  static Said WhatWasSaid(const call::CallOutcome& outcome);
  static std::string Fault(const Call& call);

  mutable absl::Mutex mu_;
  std::map<std::string, Call> calls_ ABSL_GUARDED_BY(mu_);
  int open_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> strays_ ABSL_GUARDED_BY(mu_);
};

}  // namespace xapi_gateway::chaos

#endif  // TESTS_CHAOS_CHECKER_H_
