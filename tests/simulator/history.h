// What was called, for tests that ask afterwards, and answers they prescribe.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_HISTORY_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_HISTORY_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/result.h"

namespace xapi_gateway::simulator {

// Older calls are dropped beyond this, so that a long soak stays small.
inline constexpr size_t kMaxHistory = 20'000;

struct RecordedCall {
  int64_t id = 0;
  std::string wire;    // xmlrpc, jsonrpc1, jsonrpc2
  std::string method;  // as sent, Async. included
  // The arguments after the session as they were decoded, as a JSON array;
  // as they were sent when they could not be decoded.
  std::string args;
  std::string session;
  std::string user;  // of the session
  int host = 0;
  bool answered = false;
  std::string result;              // JSON, when it succeeded
  std::vector<std::string> error;  // code and parameters, when it failed
  absl::Time started;
  absl::Time finished;
};

class History {
 public:
  // Returns the id Find takes.
  int64_t Add(RecordedCall call);
  // nullptr once it was dropped.
  RecordedCall* Find(int64_t id);
  std::vector<RecordedCall> After(int64_t id) const;
  void Clear() { calls_.clear(); }

 private:
  std::deque<RecordedCall> calls_;
  int64_t last_id_ = 0;
};

// Prescribed outcomes by method name (without Async.).
class Scripts {
 public:
  // times: -1 = until removed. A later script for a method replaces the former.
  void Set(const std::string& method, Outcome outcome, int times);
  void Remove(const std::string& method) { scripts_.erase(method); }
  void Clear() { scripts_.clear(); }
  std::optional<Outcome> Take(const std::string& method);

 private:
  struct Script {
    Outcome outcome;
    int times;
  };
  std::map<std::string, Script> scripts_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_HISTORY_H_
