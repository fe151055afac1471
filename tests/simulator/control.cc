#include "tests/simulator/control.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/codec.h"
#include "tests/simulator/events.h"
#include "tests/simulator/plausible.h"
#include "tests/simulator/transitions.h"

namespace xapi_gateway::simulator {
namespace {

ControlAnswer Fine(Struct members = {}) { return {200, ToJson(members)}; }
ControlAnswer Wrong(const std::string& why) {
  return {400, ToJson(Struct{{"error", why}})};
}
ControlAnswer FromStatus(const absl::Status& status) {
  return status.ok() ? Fine() : Wrong(std::string(status.message()));
}

std::string Text(const Struct& in, absl::string_view key,
                 absl::string_view fallback = "") {
  const Value* value = Find(in, key);
  return value && value->As<std::string>() ? value->text()
                                           : std::string(fallback);
}
int64_t Number(const Struct& in, absl::string_view key, int64_t fallback) {
  const Value* value = Find(in, key);
  return value && value->As<int64_t>() ? value->integer() : fallback;
}
double Real(const Struct& in, absl::string_view key, double fallback) {
  const Value* value = Find(in, key);
  if (value && value->As<double>()) return *value->As<double>();
  return static_cast<double>(
      Number(in, key, static_cast<int64_t>(fallback * 1e6)) /
      (value && value->As<int64_t>() ? 1.0 : 1e6));
}
std::vector<std::string> Texts(const Struct& in, absl::string_view key) {
  const Value* value = Find(in, key);
  return value ? ToTexts(*value) : std::vector<std::string>();
}

// The host a request names, or -1 when it names none that exists.
int Host(const Engine& engine, const Struct& in) {
  int64_t host = Number(in, "host", -1);
  bool exists = host >= 0 && host < int64_t(engine.world.hosts.size());
  return exists ? static_cast<int>(host) : -1;
}

ControlAnswer AddFault(Engine& engine, const Struct& in) {
  absl::StatusOr<FaultKind> kind = ParseFaultKind(Text(in, "kind"));
  if (!kind.ok()) return Wrong(std::string(kind.status().message()));
  FaultRule rule;
  rule.kind = *kind;
  rule.method = Text(in, "method", "*");
  rule.object = Text(in, "object");
  rule.host = static_cast<int>(Number(in, "host", -1));
  rule.probability = Real(in, "probability", 1.0);
  rule.count = static_cast<int>(Number(in, "count", -1));
  rule.delay = absl::Milliseconds(Number(in, "delay_ms", 0));
  rule.status = static_cast<int>(Number(in, "status", 500));
  rule.error = Texts(in, "error");
  if (rule.kind == FaultKind::kError && rule.error.empty()) {
    return Wrong("a fault of kind error needs the member error");
  }
  return Fine({{"id", engine.faults.Add(std::move(rule))}});
}

ControlAnswer ListFaults(Engine& engine, const Struct&) {
  Array rules;
  for (const FaultRule& rule : engine.faults.rules()) {
    rules.push_back(Struct{{"id", rule.id},
                           {"kind", FaultKindName(rule.kind)},
                           {"method", rule.method},
                           {"object", rule.object},
                           {"host", rule.host},
                           {"probability", rule.probability},
                           {"count", rule.count},
                           {"struck", rule.struck}});
  }
  return Fine({{"faults", std::move(rules)}});
}

ControlAnswer RemoveFault(Engine& engine, const Struct& in) {
  engine.faults.Remove(Number(in, "id", 0));
  return Fine();
}

ControlAnswer ClearFaults(Engine& engine, const Struct&) {
  engine.faults.Clear();
  return Fine();
}

ControlAnswer Prescribe(Engine& engine, const Struct& in) {
  std::string method = Text(in, "method");
  int times = static_cast<int>(Number(in, "times", -1));
  const Value* result = Find(in, "result");
  if (result) {
    return FromStatus(PrescribeResult(engine, method, ToJson(*result), times));
  }
  std::vector<std::string> error = Texts(in, "error");
  if (error.empty()) return Wrong("neither result nor error is given");
  engine.dispatcher.scripts().Set(method, Error{error}, times);
  return Fine();
}

ControlAnswer ClearPrescriptions(Engine& engine, const Struct&) {
  engine.dispatcher.scripts().Clear();
  return Fine();
}

Struct Describe(const RecordedCall& call) {
  Value args, result;
  FromJson(call.args, &args);
  Struct out = {{"id", call.id},
                {"wire", call.wire},
                {"method", call.method},
                {"args", std::move(args)},
                {"session", call.session},
                {"user", call.user},
                {"host", call.host},
                {"answered", call.answered},
                {"started", absl::FormatTime(call.started)},
                {"finished", absl::FormatTime(call.finished)}};
  if (!call.error.empty()) out.push_back({"error", ToArray(call.error)});
  if (!call.result.empty() && FromJson(call.result, &result)) {
    out.push_back({"result", std::move(result)});
  }
  return out;
}

ControlAnswer GetHistory(Engine& engine, const Struct& in) {
  Array calls;
  for (const RecordedCall& call :
       engine.dispatcher.history().After(Number(in, "after", 0))) {
    calls.push_back(Describe(call));
  }
  return Fine({{"calls", std::move(calls)}});
}

ControlAnswer SetRecording(Engine& engine, const Struct& in) {
  const Value* on = Find(in, "on");
  engine.world.options.record_calls = !on || on->boolean();
  return Fine();
}

ControlAnswer ClearHistory(Engine& engine, const Struct&) {
  engine.dispatcher.history().Clear();
  return Fine();
}

// Requests about one host; the host exists.
using HostAction = ControlAnswer (*)(Engine&, int host, const Struct&);

ControlAnswer KillHost(Engine& engine, int host, const Struct&) {
  StopHost(engine.world, host);
  return Fine();
}
ControlAnswer ReviveHost(Engine& engine, int host, const Struct&) {
  StartHost(engine.world, host);
  return Fine();
}
ControlAnswer Restart(Engine& engine, int host, const Struct& in) {
  RestartHost(engine.world, host, absl::Seconds(Real(in, "down_seconds", 0)));
  return Fine();
}
ControlAnswer Hang(Engine& engine, int host, const Struct& in) {
  const Value* hung = Find(in, "hung");
  engine.world.hosts[host].hung = !hung || hung->boolean();
  return Fine();
}
ControlAnswer Emergency(Engine& engine, int host, const Struct& in) {
  engine.world.hosts[host].emergency = Error{Texts(in, "error")};
  return Fine();
}
ControlAnswer BackUp(Engine& engine, int host, const Struct&) {
  engine.world.hosts[host].backup =
      std::make_shared<Database>(*engine.world.db);
  return Fine();
}
ControlAnswer TakeOver(Engine& engine, int host, const Struct&) {
  return FromStatus(FailOver(engine.world, host));
}

template <HostAction action>
ControlAnswer OnHost(Engine& engine, const Struct& in) {
  int host = Host(engine, in);
  if (host < 0) return Wrong("the member host names no host of the pool");
  return action(engine, host, in);
}

ControlAnswer AdvanceClock(Engine& engine, const Struct& in) {
  if (!engine.world.clock.is_virtual()) {
    return Wrong("the pool's clock is a real one");
  }
  engine.Advance(absl::Seconds(Real(in, "seconds", 0)));
  return Fine();
}

ControlAnswer SetChurn(Engine& engine, const Struct& in) {
  engine.world.options.churn_per_second = Real(in, "per_second", 0);
  return Fine();
}

ControlAnswer GetStats(Engine& engine, const Struct&) {
  const World& world = engine.world;
  return Fine(
      {{"generation", world.db->generation()},
       {"sessions", static_cast<int64_t>(world.sessions.size())},
       {"tasks", static_cast<int64_t>(world.db->table("task").rows.size())},
       {"waiting", static_cast<int64_t>(world.events->waiting())},
       {"coordinator", world.coordinator},
       {"now", absl::FormatTime(world.Now())}});
}

struct Route {
  absl::string_view method;
  absl::string_view path;
  ControlAnswer (*answer)(Engine&, const Struct&);
};
constexpr Route kRoutes[] = {
    {"GET", "/control/stats", GetStats},
    {"GET", "/control/faults", ListFaults},
    {"POST", "/control/faults", AddFault},
    {"POST", "/control/faults/remove", RemoveFault},
    {"POST", "/control/faults/clear", ClearFaults},
    {"POST", "/control/prescribe", Prescribe},
    {"POST", "/control/prescribe/clear", ClearPrescriptions},
    {"GET", "/control/history", GetHistory},
    {"POST", "/control/history", GetHistory},
    {"POST", "/control/history/record", SetRecording},
    {"POST", "/control/history/clear", ClearHistory},
    {"POST", "/control/hosts/kill", OnHost<KillHost>},
    {"POST", "/control/hosts/revive", OnHost<ReviveHost>},
    {"POST", "/control/hosts/restart", OnHost<Restart>},
    {"POST", "/control/hosts/hang", OnHost<Hang>},
    {"POST", "/control/hosts/emergency", OnHost<Emergency>},
    {"POST", "/control/hosts/backup", OnHost<BackUp>},
    {"POST", "/control/hosts/failover", OnHost<TakeOver>},
    {"POST", "/control/clock/advance", AdvanceClock},
    {"POST", "/control/churn", SetChurn},
};

}  // namespace

ControlAnswer HandleControl(Engine& engine, const std::string& method,
                            const std::string& path, const std::string& body) {
  Value in = Struct{};
  if (!body.empty() && (!FromJson(body, &in) || !in.As<Struct>())) {
    return Wrong("the body is not a JSON object");
  }
  for (const Route& route : kRoutes) {
    if (route.method == method && route.path == path) {
      return route.answer(engine, in.members());
    }
  }
  return Wrong(absl::StrCat("there is no ", method, " ", path));
}

Endpoint DescribeHost(const Engine& engine, const std::vector<HostPorts>& ports,
                      int host) {
  const HostState& state = engine.world.hosts[host];
  return {
      ports[host].ip, ports[host].https, ports[host].http, ports[host].socket,
      state.address,  state.ref,         state.up};
}

std::string DescribePool(const Engine& engine,
                         const std::vector<HostPorts>& ports,
                         uint16_t control_port, const std::string& ca_file) {
  Array hosts;
  for (size_t i = 0; i < ports.size(); ++i) {
    Endpoint host = DescribeHost(engine, ports, static_cast<int>(i));
    hosts.push_back(Struct{{"ip", host.ip},
                           {"https_port", host.https},
                           {"http_port", host.http},
                           {"socket", host.socket},
                           {"address", host.address},
                           {"ref", host.ref}});
  }
  const std::vector<User>& users = engine.world.options.users;
  return ToJson(Struct{{"ready", true},
                       {"hosts", std::move(hosts)},
                       {"coordinator", engine.world.coordinator},
                       {"ca_file", ca_file},
                       {"user", users.empty() ? "" : users[0].name},
                       {"password", users.empty() ? "" : users[0].password},
                       {"control_port", control_port}});
}

absl::Status PrescribeResult(Engine& engine, const std::string& method,
                             absl::string_view result, int times) {
  const Message* message = engine.world.model->FindMessage(method);
  if (!message) {
    return absl::InvalidArgumentError(absl::StrCat("no message ", method));
  }
  Value value;
  if (!FromJson(result, &value)) {
    return absl::InvalidArgumentError("the result is not a JSON value");
  }
  engine.dispatcher.scripts().Set(
      method, Conform(*engine.world.model, message->result, std::move(value)),
      times);
  return absl::OkStatus();
}

absl::Status FailOver(World& world, int host) {
  if (!world.hosts[host].backup) {
    return absl::FailedPreconditionError(
        "the host has no backup to start from");
  }
  BecomeCoordinator(world, host, world.hosts[host].backup);
  return absl::OkStatus();
}

void CallTrusted(Engine& engine, const std::string& method,
                 absl::string_view args_json, int host,
                 std::function<void(absl::StatusOr<std::string>)> done) {
  const Message* message = engine.world.model->FindMessage(method);
  Value args;
  if (!message || !FromJson(args_json, &args) || !args.As<Array>()) {
    return done(absl::InvalidArgumentError("no such message or no JSON array"));
  }
  // A session of its own, so that no other's life depends on it.
  std::string session = engine.world.ids.Ref();
  engine.world.hosts[host].local_sessions[session] = "root";
  struct Call call {
    {host, true}, {}
  };
  call.wire.wire = Wire::kJson2;
  call.wire.method = method;
  if (message->needs_session) call.wire.args.push_back(session);
  for (const Value& arg : args.array()) call.wire.args.push_back(arg);
  engine.dispatcher.Handle(call, [&engine, host, session, done](Reply reply) {
    engine.world.hosts[host].local_sessions.erase(session);
    if (reply.outcome.ok()) return done(ToJson(*reply.outcome));
    done(absl::UnknownError(ToJson(ToArray(reply.outcome.error().text))));
  });
}

}  // namespace xapi_gateway::simulator
