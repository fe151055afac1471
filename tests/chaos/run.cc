#include "tests/chaos/run.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "backend/call/pool.h"
#include "backend/http/client.h"
#include "backend/http/event_loop.h"
#include "tests/chaos/load.h"
#include "tests/chaos/troubles.h"
#include "tests/simulator/pool.h"

namespace xapi_gateway::chaos {
namespace {

constexpr int kHosts = 3;
constexpr absl::Duration kMaxRecovery = absl::Seconds(30);
// The simulator keeps 20,000 calls; read well before they are dropped.
constexpr absl::Duration kHistoryPause = absl::Milliseconds(100);

// Reads the history of the pool as it grows, tells the checker what ran, and
// keeps count of the sessions there are.
class Historian {
 public:
  Historian(simulator::Pool* xapi, Checker* checker)
      : xapi_(xapi), checker_(checker), thread_([this] {
          while (!stop_) {
            Read();
            absl::SleepFor(kHistoryPause);
          }
        }) {}
  void Stop() {
    stop_ = true;
    thread_.join();
    Read();
  }
  int most_sessions() const { return most_sessions_; }
  int sessions() const { return sessions_; }

 private:
  // A call is read when it is finished, which need not be in order.
  void Read() {
    auto calls = xapi_->history(read_);
    for (const simulator::RecordedCall& call : calls) {
      if (call.answered && seen_.insert(call.id).second) Note(call);
    }
    auto open = std::find_if(calls.begin(), calls.end(),
                             [](const auto& call) { return !call.answered; });
    // Those that never end are passed over after a while.
    size_t settled = open - calls.begin();
    if (calls.size() > settled + kMaxUnsettled) {
      settled = calls.size() - kMaxUnsettled;
    }
    if (settled > 0) read_ = calls[settled - 1].id;
    most_sessions_ = std::max(most_sessions_.load(), CountSessions());
  }
  void Note(const simulator::RecordedCall& call) {
    if (!call.error.empty() || call.method != "VM.set_name_label") return;
    // ["OpaqueRef:...","mark-1"]
    size_t begin = call.args.find("mark-");
    if (begin == call.args.npos) return;
    checker_->Executed(
        call.args.substr(begin, call.args.find('"', begin) - begin));
  }
  int CountSessions() {
    sessions_ = static_cast<int>(xapi_->sessions());
    return sessions_;
  }

  static constexpr size_t kMaxUnsettled = 5000;

  simulator::Pool* const xapi_;
  Checker* const checker_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> most_sessions_ = 0;
  std::atomic<int> sessions_ = 0;
  int64_t read_ = 0;
  std::set<int64_t> seen_;
  std::thread thread_;
};

simulator::Options XapiOptions(const RunOptions& options) {
  simulator::Options xapi;
  xapi.hosts = kHosts;
  xapi.vms = 10;
  xapi.seed = options.seed;
  xapi.tls = options.tls;
  xapi.http = !options.tls;
  xapi.record_calls = true;
  // Restarts that take ten seconds take a tenth of one.
  xapi.period_scale = 0.01;
  return xapi;
}

std::vector<std::string> ReadVms(simulator::Pool& xapi) {
  std::vector<std::string> vms;
  auto json = xapi.Call("VM.get_all", "[]", xapi.coordinator());
  if (!json.ok()) return vms;
  for (size_t at = json->find("OpaqueRef:"); at != json->npos;
       at = json->find("OpaqueRef:", at + 1)) {
    vms.push_back(json->substr(at, json->find('"', at) - at));
  }
  return vms;
}

std::vector<const Trouble*> Shuffled(const RunOptions& options,
                                     std::mt19937_64& random) {
  std::vector<const Trouble*> troubles;
  for (int i = 0; i < options.times_each; ++i) {
    for (const Trouble& trouble : AllTroubles()) troubles.push_back(&trouble);
  }
  std::shuffle(troubles.begin(), troubles.end(), random);
  return troubles;
}

call::PoolOptions GatewayOptions(const Scene& scene) {
  call::PoolOptions options;
  options.name = "chaos";
  // Supporters only: the coordinator must be found through them.
  options.seeds = {scene.EndpointOf(1), scene.EndpointOf(2)};
  options.identity = {"root", "root", simulator::kDefaultPassword};
  options.originator = "chaos";
  options.connect_timeout = absl::Seconds(1);
  options.silence_before_check = absl::Milliseconds(500);
  return options;
}

void Befall(const Trouble& trouble, Scene& scene, const Load& load,
            Report& report) {
  ++report.troubles[trouble.name];
  trouble.happen(scene);
  if (scene.Coordinator() < 0) {
    report.fatal =
        absl::StrCat("no coordinator came back after: ", trouble.name);
    return;
  }
  absl::Time since = absl::Now();
  absl::Time good = load.WaitForGoodCall(since, kMaxRecovery);
  if (good == absl::InfiniteFuture()) {
    report.fatal = absl::StrCat("no call succeeded after: ", trouble.name, "; ",
                                scene.gateway->state().problem);
    return;
  }
  absl::Duration took = good - since;
  if (report.slowest.empty() ||
      took > *std::max_element(report.recoveries.begin(),
                               report.recoveries.end())) {
    report.slowest = trouble.name;
  }
  report.recoveries.push_back(took);
}

}  // namespace

Report Run(const RunOptions& options) {
  Report report;
  std::mt19937_64 random(options.seed);
  auto xapi = simulator::Pool::Start(XapiOptions(options));
  if (!xapi.ok()) {
    report.fatal = xapi.status().ToString();
    return report;
  }
  auto loop = *http::EventLoop::Start();
  http::ClientOptions client_options;
  if (options.tls) client_options.tls.ca_pem = (*xapi)->ca_pem();
  auto client = *http::Client::Create(loop.get(), client_options);
  auto intruder = *http::Client::Create(loop.get(), client_options);
  Scene scene{xapi->get(), nullptr, intruder.get(), options.tls, &random};
  call::PoolOptions pool_options = GatewayOptions(scene);
  auto gateway = *call::Pool::Create(pool_options, client.get());
  scene.gateway = gateway.get();
  Checker checker;
  Historian historian(xapi->get(), &checker);
  {
    Load load(gateway.get(), &checker, ReadVms(**xapi), options.calls_in_flight,
              options.seed);
    load.WaitForGoodCall(absl::Now(), kMaxRecovery);
    for (const Trouble* trouble : Shuffled(options, random)) {
      Befall(*trouble, scene, load, report);
      if (!report.fatal.empty()) break;
    }
    load.Stop();
    if (!checker.WaitUntilAllEnded(kMaxRecovery)) {
      report.fatal = absl::StrCat(checker.open(), " calls never ended");
    }
  }
  report.connections = static_cast<int>(gateway->state().connections);
  absl::Status shutdown = gateway->Shutdown(absl::Now() + kMaxRecovery);
  if (!shutdown.ok()) report.fatal = shutdown.ToString();
  historian.Stop();
  report.most_sessions = historian.most_sessions();
  report.sessions_at_end = historian.sessions();
  report.session_limit = pool_options.max_sessions_per_identity;
  report.tally = checker.tally();
  report.violations = checker.Violations();
  gateway.reset();
  return report;
}

std::string ToString(const Report& report) {
  std::vector<absl::Duration> sorted = report.recoveries;
  std::sort(sorted.begin(), sorted.end());
  absl::Duration median, worst;
  if (!sorted.empty()) {
    median = sorted[sorted.size() / 2];
    worst = sorted.back();
  }
  std::vector<std::string> troubles;
  for (const auto& [name, times] : report.troubles) {
    troubles.push_back(absl::StrCat(name, " x", times));
  }
  return absl::StrCat(
      "troubles: ", absl::StrJoin(troubles, ", "),
      "\ncalls: ", report.tally.started, " started, ", report.tally.answered,
      " answered, ", report.tally.not_executed, " reported as not executed, ",
      report.tally.unknown, " with unknown outcome; ", report.violations.size(),
      " reported wrongly\nrecoveries: ", report.recoveries.size(), ", median ",
      absl::FormatDuration(median), ", worst ", absl::FormatDuration(worst),
      "; a coordinator was found ", report.connections,
      " times\nsessions on xapi: at most ", report.most_sessions, " (limit ",
      report.session_limit, "), ", report.sessions_at_end,
      " after the shutdown\n");
}

std::vector<std::string> Faults(const Report& report) {
  std::vector<std::string> faults = report.violations;
  if (!report.fatal.empty()) faults.push_back(report.fatal);
  std::vector<absl::Duration> sorted = report.recoveries;
  std::sort(sorted.begin(), sorted.end());
  if (!sorted.empty() && sorted[sorted.size() / 2] > absl::Milliseconds(250)) {
    faults.push_back("the median recovery took more than 250 ms");
  }
  if (!sorted.empty() && sorted.back() > absl::Seconds(2)) {
    faults.push_back("a recovery took more than 2 s");
  }
  if (report.most_sessions > report.session_limit) {
    faults.push_back(absl::StrCat("there were ", report.most_sessions,
                                  " sessions, more than configured"));
  }
  if (report.sessions_at_end != 0) {
    faults.push_back(absl::StrCat(report.sessions_at_end,
                                  " sessions were left after the shutdown"));
  }
  return faults;
}

}  // namespace xapi_gateway::chaos
