// Structured log: one line an event, on standard error.
//
//   log.Write(Level::kWarn, "pool.lost", {{"pool", name}, {"problem", text}});
//
// Lines are written by a thread of their own, so that a stalled reader of the
// log stalls nobody else: what does not fit kMaxWaitingLines pushes out the
// oldest.
#ifndef GATEWAY_SERVER_LOG_H_
#define GATEWAY_SERVER_LOG_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/variant.h"

namespace xapi_gateway::server {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kJson, kHuman };

// What a log line says besides time, level and event. The views need to live
// only while the line is written.
struct LogField {
  // One constructor a type: a literal would otherwise become a bool.
  LogField(absl::string_view k, absl::string_view v) : key(k), value(v) {}
  LogField(absl::string_view k, const char* v)
      : LogField(k, absl::string_view(v)) {}
  LogField(absl::string_view k, const std::string& v)
      : LogField(k, absl::string_view(v)) {}
  LogField(absl::string_view k, int64_t v) : key(k), value(v) {}
  LogField(absl::string_view k, double v) : key(k), value(v) {}
  LogField(absl::string_view k, bool v) : key(k), value(v) {}

  absl::string_view key;
  absl::variant<absl::string_view, int64_t, double, bool> value;
};

// Lines that wait to be written; about 2 MiB.
inline constexpr size_t kMaxWaitingLines = 4096;
// Longest text of one field, in bytes; the rest is cut off.
inline constexpr size_t kMaxFieldBytes = 2048;
// Warnings and errors of one event in a second. The next line of that event is
// followed by "log.suppressed", which tells how many were left out.
inline constexpr int kMaxRepeatsPerSecond = 20;

// Formats one line, without line break.
std::string FormatLine(LogFormat format, absl::Time time, Level level,
                       absl::string_view event,
                       std::initializer_list<LogField> fields);

// Says which of too many like events are logged. Thread-safe.
class RepeatLimiter {
 public:
  // How many events of this kind were left out before this one, or -1 if it is
  // to be left out as well.
  int64_t Pass(absl::string_view event, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Window {
    absl::Time begin = absl::InfinitePast();
    int passed = 0;
    int64_t suppressed = 0;
  };

  absl::Mutex mutex_;
  // By event; the code knows a few dozen.
  absl::flat_hash_map<std::string, Window> windows_ ABSL_GUARDED_BY(mutex_);
};

// Thread-safe. The destructor writes what waits.
class Log {
 public:
  Log(Level least, LogFormat format);
  ~Log();

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool Wants(Level level) const { return level >= least_; }
  void Write(Level level, absl::string_view event,
             std::initializer_list<LogField> fields);

 private:
  class Sink;

  const Level least_;
  const LogFormat format_;
  RepeatLimiter limiter_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_LOG_H_
