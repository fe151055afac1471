#include "tests/chaos/troubles.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "backend/call/exchange.h"

namespace xapi_gateway::chaos {
namespace {

using simulator::FaultKind;
using simulator::FaultRule;

constexpr absl::Duration kShort = absl::Milliseconds(400);
constexpr absl::Duration kLong = absl::Milliseconds(2500);
constexpr absl::Duration kMaxWait = absl::Seconds(30);

// Makes calls go wrong in one way for a while.
void Faulty(Scene& scene, FaultRule rule) {
  if (rule.method == "*") rule.method = "VM.*";
  int64_t id = scene.xapi->AddFault(std::move(rule));
  scene.Pause(kShort + scene.UpTo(kShort));
  scene.xapi->RemoveFault(id);
}

void Kill(Scene& scene) {
  int host = scene.Coordinator();
  scene.xapi->Kill(host);
  scene.Pause(scene.UpTo(kLong));
  (void)scene.xapi->Revive(host);
}

void Restart(Scene& scene) { scene.xapi->RestartHost(scene.Coordinator()); }

void Hang(Scene& scene) {
  int host = scene.Coordinator();
  scene.xapi->Hang(host, true);
  scene.Pause(scene.UpTo(kLong));
  scene.xapi->Hang(host, false);
}

void DesignateNewMaster(Scene& scene) {
  int before = scene.Coordinator();
  int next = scene.Other();
  auto begun = scene.xapi->Call(
      "pool.designate_new_master",
      absl::StrCat("[\"", scene.xapi->host(next).ref, "\"]"), before);
  if (!begun.ok()) return;
  absl::Time end = absl::Now() + kMaxWait;
  while (scene.xapi->coordinator() != next && absl::Now() < end) {
    scene.Pause(absl::Milliseconds(1));
  }
}

// A supporter becomes coordinator with an older database; the dead one comes
// back later, and the others still name it meanwhile.
void FailOverToAnOlderDatabase(Scene& scene) {
  int before = scene.Coordinator();
  int next = scene.Other();
  scene.xapi->BackUp(next);
  scene.Pause(scene.UpTo(kShort));
  scene.xapi->Kill(before);
  scene.Pause(scene.UpTo(kShort));
  (void)scene.xapi->FailOver(next);
  scene.Pause(scene.UpTo(kShort));
  (void)scene.xapi->Revive(before);
}

// Two supporters name each other while the coordinator is away.
void PingPong(Scene& scene) {
  int before = scene.Coordinator();
  std::vector<int64_t> rules;
  std::vector<int> others;
  for (int i = 0; i < scene.xapi->hosts(); ++i) {
    if (i != before) others.push_back(i);
  }
  for (size_t i = 0; i < others.size(); ++i) {
    int named = others[(i + 1) % others.size()];
    FaultRule rule;
    rule.kind = FaultKind::kError;
    rule.method = "session.login_with_password";
    rule.host = others[i];
    rule.error = {"HOST_IS_SLAVE", scene.xapi->host(named).address};
    rules.push_back(scene.xapi->AddFault(rule));
  }
  scene.xapi->Kill(before);
  scene.Pause(kShort + scene.UpTo(kShort));
  for (int64_t id : rules) scene.xapi->RemoveFault(id);
  (void)scene.xapi->Revive(before);
}

// Another pool answers where the coordinator was: over TLS its certificate is
// a stranger's, over plain HTTP only the uuid tells.
void StrangerInItsPlace(Scene& scene) {
  if (scene.Coordinator() != 0) {
    int before = scene.Coordinator();
    scene.xapi->BackUp(0);
    scene.xapi->Kill(before);
    (void)scene.xapi->FailOver(0);
    (void)scene.xapi->Revive(before);
  }
  simulator::Endpoint place = scene.xapi->host(0);
  scene.xapi->Kill(0);
  {
    simulator::Options options;
    options.hosts = 1;
    options.vms = 1;
    options.seed = 4711;
    options.tls = scene.tls;
    options.http = !scene.tls;
    options.https_port = place.https;
    options.http_port = place.http;
    for (simulator::User& user : options.users) user.password = "pw";
    auto stranger = simulator::Pool::Start(options);
    scene.Pause(kShort + scene.UpTo(kShort));
  }
  (void)scene.xapi->Revive(0);
}

void Emergency(Scene& scene) {
  int host = scene.Coordinator();
  scene.xapi->SetEmergency(host, {"HOST_STILL_BOOTING"});
  scene.Pause(scene.UpTo(kLong));
  scene.xapi->SetEmergency(host, {});
}

// Somebody else logs out every session that calls were seen with.
void EvictSessions(Scene& scene) {
  int host = scene.Coordinator();
  auto endpoint = http::Endpoint::Parse(scene.EndpointOf(host));
  std::set<std::string> sessions;
  for (const simulator::RecordedCall& call : scene.xapi->history()) {
    if (call.method == "VM.set_name_label") sessions.insert(call.session);
  }
  for (const std::string& session : sessions) {
    absl::Notification over;
    scene.intruder->loop().Post([&] {
      call::Message message;
      message.method = "session.logout";
      message.session = session;
      message.deadline = scene.intruder->loop().Now() + kShort;
      call::Send(*scene.intruder, {*endpoint, wire::Format::kJsonRpc}, message,
                 {kShort, 1 << 20}, [&](call::CallOutcome) { over.Notify(); });
    });
    over.WaitForNotification();
  }
}

// What is known of the hosts turns out to be wrong.
void AddressesChange(Scene& scene) {
  int before = scene.Coordinator();
  scene.gateway->UpdateHosts({"127.0.0.250", "no-such-host.invalid"});
  scene.xapi->RestartHost(before);
}

Trouble WithRule(std::string name, FaultKind kind, double probability,
                 absl::Duration delay = absl::ZeroDuration()) {
  FaultRule rule;
  rule.kind = kind;
  rule.probability = probability;
  rule.delay = delay;
  return {std::move(name), [rule](Scene& scene) { Faulty(scene, rule); }};
}

}  // namespace

int Scene::Coordinator() const {
  absl::Time end = absl::Now() + kMaxWait;
  while (xapi->coordinator() < 0 && absl::Now() < end) {
    Pause(absl::Milliseconds(1));
  }
  return xapi->coordinator();
}

int Scene::Other() const {
  int step = 1 + static_cast<int>((*random)() % (xapi->hosts() - 1));
  return (xapi->coordinator() + step) % xapi->hosts();
}

std::string Scene::EndpointOf(int host) const {
  simulator::Endpoint endpoint = xapi->host(host);
  return tls ? absl::StrCat("https://", endpoint.ip, ":", endpoint.https)
             : absl::StrCat("http://", endpoint.ip, ":", endpoint.http);
}

absl::Duration Scene::UpTo(absl::Duration most) const {
  return most * std::uniform_real_distribution<double>(0, 1)(*random);
}

void Scene::Pause(absl::Duration time) const { absl::SleepFor(time); }

const std::vector<Trouble>& AllTroubles() {
  static const auto& troubles = *new std::vector<Trouble>{
      {"coordinator killed", Kill},
      {"coordinator restarted", Restart},
      {"coordinator hung", Hang},
      {"new coordinator designated", DesignateNewMaster},
      {"fail-over to an older database", FailOverToAnOlderDatabase},
      {"redirects in a circle", PingPong},
      {"a stranger in its place", StrangerInItsPlace},
      {"emergency mode", Emergency},
      {"sessions evicted", EvictSessions},
      {"addresses changed", AddressesChange},
      WithRule("reply lost after execution", FaultKind::kResetAfter, 0.05),
      WithRule("connection reset before execution", FaultKind::kResetBefore,
               0.05),
      WithRule("half a reply", FaultKind::kHalfReply, 0.05),
      WithRule("slow drip", FaultKind::kSlowDrip, 0.05, absl::Milliseconds(20)),
      WithRule("reply delayed", FaultKind::kDelay, 0.2,
               absl::Milliseconds(100)),
      WithRule("HTTP 503", FaultKind::kHttpStatus, 0.05),
      WithRule("connections refused", FaultKind::kRefuse, 0.5),
      WithRule("handshake, then the end", FaultKind::kTlsThenEof, 0.5),
  };
  return troubles;
}

}  // namespace xapi_gateway::chaos
