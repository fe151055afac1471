#include "gateway/server/log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace xapi_gateway::server {
namespace {

constexpr absl::string_view kLevelNames[] = {"debug", "info", "warn", "error"};

absl::string_view LevelName(Level level) {
  return kLevelNames[static_cast<size_t>(level)];
}

// `text` as a JSON string.
std::string Quote(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text.substr(0, kMaxFieldBytes)) {
    if (c == '"' || c == '\\') {
      quoted.push_back('\\');
      quoted.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<int>(c));
    } else {
      quoted.push_back(c);
    }
  }
  quoted.push_back('"');
  return quoted;
}

// Values as they stand in either format: only texts are quoted.
struct ToText {
  std::string operator()(absl::string_view value) const { return Quote(value); }
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const {
    return absl::StrFormat("%.3f", value);
  }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
};

}  // namespace

std::string FormatLine(LogFormat format, absl::Time time, Level level,
                       absl::string_view event,
                       std::initializer_list<LogField> fields) {
  const std::string at =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  if (format == LogFormat::kHuman) {
    std::string line =
        absl::StrFormat("%s %-5s %s", at, LevelName(level), event);
    for (const LogField& field : fields) {
      absl::StrAppend(&line, " ", field.key, "=",
                      absl::visit(ToText(), field.value));
    }
    return line;
  }
  std::string line =
      absl::StrCat("{\"time\":\"", at, "\",\"level\":\"", LevelName(level),
                   "\",\"event\":\"", event, "\"");
  for (const LogField& field : fields) {
    absl::StrAppend(&line, ",\"", field.key,
                    "\":", absl::visit(ToText(), field.value));
  }
  line.push_back('}');
  return line;
}

int64_t RepeatLimiter::Pass(absl::string_view event, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Window& window = windows_[event];
  if (now - window.begin >= absl::Seconds(1)) {
    window.begin = now;
    window.passed = 0;
  }
  if (window.passed >= kMaxRepeatsPerSecond) {
    ++window.suppressed;
    return -1;
  }
  ++window.passed;
  return std::exchange(window.suppressed, 0);
}

// The lines' way out: a queue, a thread, standard error.
class Log::Sink {
 public:
  Sink()
      : threads_(std::make_shared<spdlog::details::thread_pool>(
            kMaxWaitingLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "", std::make_shared<spdlog::sinks::stderr_sink_mt>(), threads_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
  }

  void Write(absl::string_view line) {
    logger_->log(spdlog::level::info,
                 spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  std::shared_ptr<spdlog::details::thread_pool> threads_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

Log::Log(Level least, LogFormat format)
    : least_(least), format_(format), sink_(std::make_unique<Sink>()) {}

Log::~Log() = default;

void Log::Write(Level level, absl::string_view event,
                std::initializer_list<LogField> fields) {
  if (!Wants(level)) return;
  const absl::Time now = absl::Now();
  int64_t suppressed = 0;
  if (level >= Level::kWarn) {
    suppressed = limiter_.Pass(event, now);
    if (suppressed < 0) return;
  }
  sink_->Write(FormatLine(format_, now, level, event, fields));
  if (suppressed > 0) {
    sink_->Write(FormatLine(format_, now, level, "log.suppressed",
                            {{"of", event}, {"lines", suppressed}}));
  }
}

}  // namespace xapi_gateway::server
