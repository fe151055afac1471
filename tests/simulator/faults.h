// Rules that make calls go wrong on purpose.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_FAULTS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_FAULTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/value.h"

namespace xapi_gateway::simulator {

enum class FaultKind {
  kNone,
  kRefuse,       // close the connection as soon as it is accepted
  kTlsThenEof,   // finish the handshake, then close
  kHang,         // read the call, never answer, do not run it
  kResetBefore,  // reset the connection, the call not run
  kResetAfter,   // run the call, then reset instead of answering
  kHalfReply,    // run it, send the first half of the reply, then close
  kSlowDrip,     // run it, send the reply a few bytes at a time
  kHttpStatus,   // answer with FaultRule::status, the call not run
  kMalformed,    // run it, answer with a body that does not parse
  kError,        // answer FaultRule::error, the call not run
  kDelay,        // run it, answer after FaultRule::delay
};

struct FaultRule {
  FaultKind kind = FaultKind::kNone;
  std::string method = "*";  // exact name, prefix ending in *, or *
  std::string object;        // first argument after the session; empty = any
  int host = -1;             // index; -1 = any
  double probability = 1.0;
  int count = -1;        // how often it strikes; -1 = without end
  absl::Duration delay;  // before the answer, and between dripped pieces
  int status = 500;      // of kHttpStatus
  std::vector<std::string> error;  // of kError: code, parameters
  int64_t id = 0;                  // given by FaultBook::Add
  int64_t struck = 0;              // how often it has struck
};

// By name: "refuse", "tls_then_eof", "hang", "reset_before", "reset_after",
// "half_reply", "slow_drip", "http_status", "malformed", "error", "delay".
absl::StatusOr<FaultKind> ParseFaultKind(absl::string_view name);
absl::string_view FaultKindName(FaultKind kind);

class FaultBook {
 public:
  int64_t Add(FaultRule rule);
  void Remove(int64_t id);
  void Clear() { rules_.clear(); }
  const std::vector<FaultRule>& rules() const { return rules_; }

  // The first rule that strikes this call, used up by one. chance is uniform
  // in [0, 1).
  std::optional<FaultRule> Strike(int host, const std::string& method,
                                  const std::vector<Value>& args,
                                  double chance);
  // The same for rules about connections as such.
  std::optional<FaultRule> StrikeConnection(int host, double chance);
  bool empty() const { return rules_.empty(); }

 private:
  std::vector<FaultRule> rules_;
  int64_t last_id_ = 0;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_FAULTS_H_
