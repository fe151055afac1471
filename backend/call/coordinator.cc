#include "backend/call/coordinator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "backend/wire/tree.h"

namespace xapi_gateway::call {
namespace {

// Hosts that are likely to be the coordinator are asked more often by this
// factor: after a restart they are what everybody waits for.
constexpr double kLikelyDelayFactor = 0.4;

wire::Format FirstFormat(WireChoice wire) {
  return wire == WireChoice::kXmlRpc ? wire::Format::kXmlRpc
                                     : wire::Format::kJsonRpc;
}

}  // namespace

Coordinator::Coordinator(const AttemptContext& context,
                         std::vector<http::Endpoint> seeds,
                         session::Jitter jitter, Events events)
    : context_(context),
      loop_(context.transport->loop()),
      seeds_(std::move(seeds)),
      jitter_(std::move(jitter)),
      events_(std::move(events)),
      problem_("no host was asked yet"),
      last_route_{seeds_.front(), FirstFormat(context.options->wire)},
      pool_uuid_(context.options->pool_uuid) {
  for (const http::Endpoint& seed : seeds_) AddHost(seed);
}

void Coordinator::Start() { ProbeAll(); }

void Coordinator::Stop() {
  CancelProbing();
  if (hosts_request_ != 0) context_.transport->Cancel(hosts_request_);
  if (check_request_ != 0) context_.transport->Cancel(check_request_);
  hosts_request_ = check_request_ = 0;
  connection_.reset();
  SetPhase(PoolState::Phase::kShutdown, "the pool is shut down");
}

std::vector<std::string> Coordinator::HostNames() const {
  std::vector<std::string> names;
  for (const auto& [endpoint, probe] : hosts_) names.push_back(endpoint.text());
  return names;
}

HostProbe& Coordinator::AddHost(const http::Endpoint& endpoint) {
  std::unique_ptr<HostProbe>& probe = hosts_[endpoint];
  if (probe == nullptr) {
    probe = std::make_unique<HostProbe>(
        context_.transport,
        Route{endpoint, FirstFormat(context_.options->wire)}, context_.limits,
        DelaysFor(endpoint), [this, endpoint](std::string problem) {
          OnProbed(endpoint, std::move(problem));
        });
  }
  return *probe;
}

session::Backoff Coordinator::DelaysFor(const http::Endpoint& endpoint) const {
  const PoolOptions& options = *context_.options;
  absl::Duration max = options.max_probe_delay;
  if (likely_.count(endpoint) != 0) max *= kLikelyDelayFactor;
  return session::Backoff(options.min_probe_delay,
                          std::max(max, options.min_probe_delay), jitter_);
}

// What an address leaves out is taken from the host that gave it; a unix socket
// has nothing to give, but another seed may.
const http::Endpoint& Coordinator::Pattern(const http::Endpoint& from) const {
  if (from.scheme() != http::Scheme::kUnix) return from;
  for (const http::Endpoint& seed : seeds_) {
    if (seed.scheme() != http::Scheme::kUnix) return seed;
  }
  return from;
}

void Coordinator::SetPhase(PoolState::Phase phase, std::string problem) {
  phase_ = phase;
  problem_ = std::move(problem);
  events_.changed();
}

void Coordinator::ProbeAll() {
  for (auto& [endpoint, probe] : hosts_) {
    bool likely = likely_.count(endpoint) != 0;
    // A mere hiccup of the coordinator should not bring out the whole pool.
    absl::Duration delay = likely || likely_.empty()
                               ? absl::ZeroDuration()
                               : context_.options->min_probe_delay;
    probe->Start(delay, DelaysFor(endpoint));
  }
}

void Coordinator::Suspect(uint64_t generation, std::string problem,
                          std::string named) {
  if (!connection_ || connection_->generation != generation) return;
  http::Endpoint from = connection_->route.endpoint;
  connection_.reset();
  if (hosts_request_ != 0) context_.transport->Cancel(hosts_request_);
  if (check_request_ != 0) context_.transport->Cancel(check_request_);
  hosts_request_ = check_request_ = 0;
  likely_ = {from};
  hops_ = 0;
  phase_ = PoolState::Phase::kProbing;
  problem_ = std::move(problem);
  ProbeAll();
  if (!named.empty()) Follow(from, named);
  events_.changed();
  events_.lost();
}

void Coordinator::Check() {
  if (!connection_ || check_request_ != 0) return;
  check_request_ = AskWhetherAlive(
      *context_.transport, connection_->route, context_.limits,
      [this, generation = connection_->generation](std::string problem) {
        check_request_ = 0;
        if (!problem.empty()) Suspect(generation, std::move(problem), "");
      });
}

void Coordinator::OnProbed(const http::Endpoint& endpoint,
                           std::string problem) {
  if (problem.empty()) {
    Enqueue(endpoint);
    PumpAttempts();
    return;
  }
  StopFollowing(endpoint, problem);
  if (likely_.empty() || likely_.count(endpoint) != 0) {
    problem_ = std::move(problem);
    events_.changed();
  }
}

void Coordinator::Enqueue(const http::Endpoint& endpoint) {
  bool known = attempts_.count(endpoint) != 0 ||
               std::count(candidates_.begin(), candidates_.end(), endpoint);
  if (known) return;
  if (likely_.count(endpoint) != 0) {
    candidates_.push_front(endpoint);
  } else {
    candidates_.push_back(endpoint);
  }
}

void Coordinator::PumpAttempts() {
  if (candidates_.empty() || connection_) return;
  absl::Time next = next_login_;
  for (const auto& [endpoint, attempt] : attempts_) {
    next = std::max(next, attempt.started + kOverlapDelay);
  }
  if (next > loop_.Now()) {
    PumpLater(next);
    return;
  }
  http::Endpoint endpoint = std::move(candidates_.front());
  candidates_.pop_front();
  StartAttempt(endpoint);
  if (!candidates_.empty()) PumpLater(loop_.Now() + kOverlapDelay);
}

void Coordinator::PumpLater(absl::Time when) {
  if (pump_timer_ != 0) loop_.CancelTimer(pump_timer_);
  pump_timer_ = loop_.RunAt(when, [this] {
    pump_timer_ = 0;
    PumpAttempts();
  });
}

void Coordinator::StartAttempt(const http::Endpoint& endpoint) {
  auto attempt = std::make_shared<ConnectAttempt>(
      context_, Route{endpoint, FirstFormat(context_.options->wire)},
      pool_uuid_, [this, endpoint](AttemptResult result) {
        OnAttempt(endpoint, std::move(result));
      });
  attempts_[endpoint] = {attempt, loop_.Now()};
  bool same_endpoint = endpoint == last_route_.endpoint;
  attempt->Start(same_endpoint);
}

void Coordinator::OnAttempt(const http::Endpoint& endpoint,
                            AttemptResult result) {
  attempts_.erase(endpoint);
  if (auto* found = std::get_if<Found>(&result)) {
    OnFound(std::move(*found));
    return;
  }
  if (auto* rejected = std::get_if<Rejected>(&result)) {
    OnRejected(rejected->error);
  } else if (auto* redirect = std::get_if<Redirect>(&result)) {
    StopFollowing(endpoint,
                  absl::StrCat(endpoint.text(), " says that ",
                               redirect->address, " is the coordinator"));
    Follow(endpoint, redirect->address);
  } else {
    std::string& problem = std::get<NoCoordinator>(result).problem;
    StopFollowing(endpoint, problem);
    problem_ = std::move(problem);
    events_.changed();
  }
  PumpAttempts();
}

void Coordinator::OnFound(Found found) {
  CancelProbing();
  likely_.clear();
  pool_uuid_ = std::move(found.pool_uuid);
  last_route_ = found.route;
  connection_ = Connection{std::move(found.route), ++generation_};
  bool same_process = found.new_session.empty();
  if (!same_process) context_.sessions->Adopt(std::move(found.new_session));
  SetPhase(PoolState::Phase::kConnected, "");
  ReadHosts();
  events_.connected(same_process);
}

void Coordinator::OnRejected(const wire::ApiError& error) {
  next_login_ = loop_.Now() + context_.sessions->Reject(error);
  following_.reset();
  // The error's text may come from a directory; the code says enough here.
  SetPhase(PoolState::Phase::kProbing,
           absl::StrCat("xapi rejected the credentials of user \"",
                        context_.options->identity.user, "\": ", error.code));
  events_.rejected(error);
}

void Coordinator::Follow(const http::Endpoint& from,
                         const std::string& address) {
  auto endpoint = http::Endpoint::FromAddress(address, Pattern(from));
  if (!endpoint.ok() || connection_ || !MayHop()) return;
  if (hosts_.size() >= kMaxHosts && hosts_.count(*endpoint) == 0) return;
  HostProbe& probe = AddHost(*endpoint);
  bool news = likely_.insert(*endpoint).second;
  if (news || !probe.running()) {
    probe.Start(absl::ZeroDuration(), DelaysFor(*endpoint));
  } else {
    probe.Ask();
  }
  following_ = *endpoint;
  SetPhase(PoolState::Phase::kFollowing, problem_);
}

bool Coordinator::MayHop() {
  absl::Time now = loop_.Now();
  if (now - hops_since_ >= context_.options->max_probe_delay) {
    hops_since_ = now;
    hops_ = 0;
  }
  return hops_++ < kMaxHops;
}

void Coordinator::StopFollowing(const http::Endpoint& endpoint,
                                std::string problem) {
  if (following_ != endpoint) return;
  following_.reset();
  SetPhase(PoolState::Phase::kProbing, std::move(problem));
}

void Coordinator::ReadHosts() {
  if (!connection_ || hosts_request_ != 0) return;
  std::string session = context_.sessions->AnyReference();
  Message message;
  message.method = "host.get_all_records";
  message.session = session;
  message.deadline = loop_.Now() + context_.options->login_timeout;
  hosts_request_ =
      Send(*context_.transport, connection_->route, message, context_.limits,
           [this](CallOutcome outcome) {
             hosts_request_ = 0;
             auto* reply = std::get_if<wire::Reply>(&outcome);
             if (reply == nullptr) return;
             auto records = wire::ReadTree(*reply);
             if (!records.ok()) return;
             std::vector<std::string> addresses;
             for (const auto& [reference, record] : records->members) {
               addresses.emplace_back(record.Text("address"));
             }
             UpdateHosts(addresses);
           });
}

void Coordinator::UpdateHosts(const std::vector<std::string>& addresses) {
  std::set<http::Endpoint> wanted(seeds_.begin(), seeds_.end());
  wanted.insert(last_route_.endpoint);
  for (const std::string& address : addresses) {
    auto endpoint =
        http::Endpoint::FromAddress(address, Pattern(last_route_.endpoint));
    if (endpoint.ok() && wanted.size() < kMaxHosts) wanted.insert(*endpoint);
  }
  for (auto it = hosts_.begin(); it != hosts_.end();) {
    it = wanted.count(it->first) != 0 ? std::next(it) : hosts_.erase(it);
  }
  for (const http::Endpoint& endpoint : wanted) {
    HostProbe& probe = AddHost(endpoint);
    bool probing = !connection_ && phase_ != PoolState::Phase::kShutdown;
    if (probing && !probe.running()) {
      probe.Start(absl::ZeroDuration(), DelaysFor(endpoint));
    }
  }
  events_.changed();
}

void Coordinator::CancelProbing() {
  for (auto& [endpoint, probe] : hosts_) probe->Stop();
  candidates_.clear();
  following_.reset();
  if (pump_timer_ != 0) loop_.CancelTimer(pump_timer_);
  pump_timer_ = 0;
  auto attempts = std::move(attempts_);
  attempts_.clear();
  for (auto& [endpoint, attempt] : attempts) attempt.attempt->Abandon();
}

}  // namespace xapi_gateway::call
