// A simulated pool in trouble, and the gateway's backend under load on it.
#ifndef TESTS_CHAOS_RUN_H_
#define TESTS_CHAOS_RUN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/chaos/checker.h"

namespace xapi_gateway::chaos {

struct RunOptions {
  uint64_t seed = 1;
  // Each kind of trouble happens this many times, in random order.
  int times_each = 1;
  bool tls = true;
  int calls_in_flight = 12;
};

struct Report {
  Tally tally;
  std::vector<std::string> violations;
  std::map<std::string, int> troubles;  // how often each kind happened
  // From "a coordinator is there" to the first good call after it.
  std::vector<absl::Duration> recoveries;
  std::string slowest;       // the trouble with the worst of them
  int most_sessions = 0;     // on xapi at one time
  int session_limit = 0;     // as configured
  int sessions_at_end = -1;  // after the shutdown
  int connections = 0;       // how often a coordinator was found
  std::string fatal;         // why the run could not be finished, or ""
};

Report Run(const RunOptions& options);

// The figures, one line each.
std::string ToString(const Report& report);

// What is wrong with it: violations, too slow recoveries (median 250 ms, worst
// 2 s), sessions over the limit or left behind. Empty if it is good.
std::vector<std::string> Faults(const Report& report);

}  // namespace xapi_gateway::chaos

#endif  // TESTS_CHAOS_RUN_H_
