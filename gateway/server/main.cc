// The program xapi-gateway: reads the configuration, runs the gateway until a
// signal comes.
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "gateway/server/command_line.h"
#include "gateway/server/config.h"
#include "gateway/server/config_reader.h"
#include "gateway/server/gateway.h"
#include "gateway/server/log.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

namespace pb = xenapi::gateway::v1;

constexpr int kSuccess = 0;
constexpr int kFailure = 1;
constexpr int kBadConfiguration = 2;

// How often a pool that stays without coordinator is logged: often enough to
// be seen soon after the start, seldom enough for a night.
constexpr timespec kProblemPeriod = {10, 0};

// The signals that end the gateway. Blocked in all threads, so that one thread
// can wait for them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Writing to a client that went away is an error like any other.
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Ends the program at once when the next signal comes.
void WatchForImpatience(sigset_t signals) {
  std::thread([signals] {
    int number = 0;
    sigwait(&signals, &number);
    _exit(kFailure);
  }).detach();
}

std::string ReadyLine(const std::vector<std::string>& addresses) {
  return absl::StrCat("{\"event\":\"ready\",\"version\":\"",
                      XAPI_GATEWAY_VERSION, "\",\"listen\":[\"",
                      absl::StrJoin(addresses, "\",\""), "\"]}");
}

std::unique_ptr<Log> MakeLog(const pb::Log& log) {
  Level level = Level::kInfo;
  if (log.level() == pb::LOG_LEVEL_DEBUG) level = Level::kDebug;
  if (log.level() == pb::LOG_LEVEL_WARN) level = Level::kWarn;
  if (log.level() == pb::LOG_LEVEL_ERROR) level = Level::kError;
  return std::make_unique<Log>(level, log.format() == pb::LOG_FORMAT_HUMAN
                                          ? LogFormat::kHuman
                                          : LogFormat::kJson);
}

// Returns the signal.
int ServeUntilSignal(Gateway& gateway, const sigset_t& signals) {
  while (true) {
    const int number = sigtimedwait(&signals, nullptr, &kProblemPeriod);
    if (number > 0) return number;
    gateway.ReportProblems();
  }
}

int Run(LoadedConfig config, sigset_t signals) {
  const std::unique_ptr<Log> log = MakeLog(config.config->log());
  for (const std::string& warning : config.warnings) {
    log->Write(Level::kWarn, "config", {{"message", warning}});
  }
  auto gateway = Gateway::Start(std::move(config), log.get());
  if (!gateway.ok()) {
    log->Write(Level::kError, "start",
               {{"problem", gateway.status().message()}});
    return kFailure;
  }
  std::cout << ReadyLine((*gateway)->addresses()) << std::endl;
  const int number = ServeUntilSignal(**gateway, signals);
  log->Write(Level::kInfo, "drain", {{"signal", static_cast<int64_t>(number)}});
  WatchForImpatience(signals);
  (*gateway)->Stop();
  return kSuccess;
}

int Main(const std::vector<absl::string_view>& arguments) {
  const sigset_t signals = BlockSignals();
  // Packaged builds of Abseil look for lock cycles at every lock, gRPC's
  // included, which costs a twentieth of each call; tests look for them.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const absl::StatusOr<CommandLine> line = ParseCommandLine(arguments);
  if (!line.ok()) {
    std::cerr << line.status().message() << "\n\n" << HelpText();
    return kBadConfiguration;
  }
  if (line->help || line->version) {
    std::cout << (line->help ? HelpText()
                             : absl::StrCat(XAPI_GATEWAY_VERSION, "\n"));
    return kSuccess;
  }
  const absl::StatusOr<std::string> text =
      ReadFile(line->config, kMaxConfigBytes);
  if (!text.ok()) {
    std::cerr << text.status().message() << "\n";
    return kBadConfiguration;
  }
  auto loaded = LoadConfig(*text);
  if (auto* faults = std::get_if<std::vector<ConfigFault>>(&loaded)) {
    std::cerr << FormatFaults(line->config, *faults);
    return kBadConfiguration;
  }
  LoadedConfig& config = std::get<LoadedConfig>(loaded);
  if (line->print_config) std::cout << PrintConfig(*config.config);
  if (!line->print_config && !line->check) {
    return Run(std::move(config), signals);
  }
  for (const std::string& warning : config.warnings) {
    std::cerr << "warning: " << warning << "\n";
  }
  return kSuccess;
}

}  // namespace
}  // namespace xapi_gateway::server

int main(int argc, char** argv) {
  return xapi_gateway::server::Main({argv + 1, argv + argc});
}
