#include "tests/simulator/dispatcher.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/simulator/runner.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

bool IsLogin(const Message& message) { return !message.needs_session; }

Array MethodNames(const Model& model) {
  Array names;
  for (const Class& cls : model.classes()) {
    for (const Message& message : cls.messages) {
      names.push_back(message.full_name);
    }
  }
  return names;
}

std::string SessionArgument(const WireCall& call) {
  return call.args.empty() ? "" : call.args[0].text();
}

}  // namespace

void Dispatcher::Handle(const Call& call, ReplySink sink) {
  int64_t record = Record(call);
  ReplySink recorded = [this, record, sink](Reply reply) {
    RecordOutcome(record, reply.outcome);
    sink(std::move(reply));
  };
  if (FailsBeforeDispatch(call, recorded)) return;
  if (AnswersSystemCall(call, recorded)) return;
  Pending pending;
  pending.peer = call.peer;
  pending.wire = &call.wire;
  pending.record = record;
  absl::string_view name = call.wire.method;
  pending.async = absl::ConsumePrefix(&name, "Async.") ||
                  absl::ConsumePrefix(&name, "InternalAsync.");
  pending.name = std::string(name);
  pending.done = [recorded](Outcome outcome) {
    recorded({std::move(outcome), {}});
  };
  const HostState& host = world_.hosts[call.peer.host];
  bool forwards = call.peer.trusted &&
                  host.role == HostState::Role::kSupporter &&
                  !world_.model->IsNotForwarded(call.wire.method);
  if (forwards) {
    if (!world_.coordinator_up()) return;  // waits for it, for ever
    pending.peer.host = world_.coordinator;
  }
  Dispatch(std::move(pending));
}

bool Dispatcher::FailsBeforeDispatch(const Call& call, const ReplySink& sink) {
  const HostState& host = world_.hosts[call.peer.host];
  if (host.emergency && !world_.model->IsEmergencyCall(call.wire.method)) {
    sink({host.emergency, {.pre_dispatch = true}});
    return true;
  }
  for (const Value& arg : call.wire.args) {
    if (HasValidTexts(arg)) continue;
    sink({Error{{"INVALID_VALUE", "Invalid UTF-8 string in parameter",
                 Quoted(arg)}},
          {.pre_dispatch = true}});
    return true;
  }
  return false;
}

bool Dispatcher::AnswersSystemCall(const Call& call, const ReplySink& sink) {
  if (call.wire.method == "system.listMethods") {
    sink({Value(MethodNames(*world_.model)), {.bare = true}});
    return true;
  }
  if (absl::StartsWith(call.wire.method, "system.isAlive:")) {
    bool any = !call.wire.args.empty();
    sink({any ? call.wire.args[0]
              : Value(call.wire.method.substr(sizeof("system.isAlive:") - 1)),
          {}});
    return true;
  }
  return false;
}

void Dispatcher::Dispatch(Pending pending) {
  const Message* message = world_.model->FindMessage(pending.name);
  bool underscored = message && message->full_name != pending.name;
  if (!message || (underscored && pending.async)) {
    return DispatchUnknown(std::move(pending));
  }
  pending.call.message = message;
  pending.call.host = pending.peer.host;
  if (Error error = CheckCount(*message, pending.wire->args.size())) {
    return pending.done(std::move(error));
  }
  if (Error error = DecodeArguments(&pending)) {
    return pending.done(std::move(error));
  }
  if (IsLogin(*message)) return RunLogin(std::move(pending));
  Error error;
  switch (CheckSession(&pending, &error)) {
    case SessionCheck::kNeverAnswers:
      return;
    case SessionCheck::kRefused:
      return pending.done(std::move(error));
    case SessionCheck::kFine:
      break;
  }
  RecordDecoded(pending);
  RunChecked(std::move(pending));
}

// An unknown name is looked up as an extension, which takes a session.
void Dispatcher::DispatchUnknown(Pending pending) {
  Error unknown{{"MESSAGE_METHOD_UNKNOWN", pending.name}};
  if (pending.wire->args.empty()) return pending.done(std::move(unknown));
  if (!pending.wire->args[0].As<std::string>()) {
    return pending.done(Failure(absl::StrCat(
        "Expected string, got '", Quoted(pending.wire->args[0]), "'")));
  }
  pending.call.session = pending.wire->args[0].text();
  pending.call.message = world_.model->FindMessage("host.call_extension");
  Error error;
  switch (CheckSession(&pending, &error)) {
    case SessionCheck::kNeverAnswers:
      return;
    case SessionCheck::kRefused:
      return pending.done(std::move(error));
    case SessionCheck::kFine:
      break;
  }
  Error denied = CheckRole(world_, pending.call);
  pending.done(denied ? std::move(denied) : std::move(unknown));
}

Error Dispatcher::CheckCount(const Message& message, size_t received) const {
  int sent = static_cast<int>(received) - (message.needs_session ? 1 : 0);
  bool defaulted = message.mandatory < static_cast<int>(message.params.size());
  bool fits = defaulted ? sent >= message.mandatory : sent == message.mandatory;
  if (fits) return {};
  return Error{{"MESSAGE_PARAMETER_COUNT_MISMATCH", message.full_name,
                absl::StrCat(message.mandatory), absl::StrCat(sent)}};
}

Error Dispatcher::DecodeArguments(Pending* pending) const {
  const Message& message = *pending->call.message;
  const std::vector<Value>& args = pending->wire->args;
  size_t at = 0;
  if (message.needs_session) {
    if (!args[0].As<std::string>()) {
      return Failure(
          absl::StrCat("Expected string, got '", Quoted(args[0]), "'"));
    }
    pending->call.session = args[at++].text();
  }
  for (const Param& param : message.params) {
    if (at >= args.size()) {
      pending->call.args.push_back(*param.fallback);
      continue;
    }
    Outcome decoded = Decode(param.type, args[at++]);
    if (!decoded.ok()) return decoded.error();
    pending->call.args.push_back(*std::move(decoded));
  }
  return {};
}

Dispatcher::SessionCheck Dispatcher::CheckSession(Pending* pending,
                                                  Error* error) {
  Invocation& call = pending->call;
  const HostState& host = world_.hosts[pending->peer.host];
  auto local = host.local_sessions.find(call.session);
  if (local != host.local_sessions.end()) {
    call.user = local->second;
    call.root = true;
    return SessionCheck::kFine;
  }
  bool here = host.role == HostState::Role::kCoordinator;
  // A supporter asks the coordinator, and waits for it as long as it takes.
  if (!here && !world_.coordinator_up()) return SessionCheck::kNeverAnswers;
  auto found = world_.sessions.find(call.session);
  if (found == world_.sessions.end()) {
    *error = Error{{"SESSION_INVALID", call.session}};
    return SessionCheck::kRefused;
  }
  if (!here && !found->second.pool) {
    *error = Error{{"HOST_IS_SLAVE", world_.hosts[world_.coordinator].address}};
    return SessionCheck::kRefused;
  }
  if (call.message->pool_internal && !found->second.pool) {
    *error = InternalError(absl::StrCat(
        "Session_check.Non_master_login_on_slave: ", call.message->full_name,
        " is internal to the pool"));
    return SessionCheck::kRefused;
  }
  call.user = found->second.user;
  call.root = found->second.root;
  call.roles = found->second.roles;
  TouchSession(world_, call.session);
  return SessionCheck::kFine;
}

void Dispatcher::RunLogin(Pending pending) {
  const Message& message = *pending.call.message;
  RecordDecoded(pending);
  if (std::optional<Outcome> scripted = scripts_.Take(message.full_name)) {
    return pending.done(*std::move(scripted));
  }
  if (absl::StrContains(message.name, "local_login")) {
    return pending.done(LocalLogin(world_, pending.peer, pending.call));
  }
  Login(world_, pending.peer, pending.call, std::move(pending.done));
}

void Dispatcher::RunChecked(Pending pending) {
  const Message& message = *pending.call.message;
  if (pending.async && !message.async) {
    return pending.done(
        Error{{"Fault", absl::StrCat("No async mode for this operation (rpc: ",
                                     message.full_name, ")")}});
  }
  std::optional<Outcome> scripted = scripts_.Take(message.full_name);
  if (scripted && !pending.async) return pending.done(*std::move(scripted));
  if (message.removed && !scripted)
    return pending.done(Error{{"MESSAGE_REMOVED"}});
  std::string label = pending.wire->method;
  if (pending.async) {
    return pending.done(RunAsyncCall(world_, std::move(pending.call), label,
                                     std::move(scripted)));
  }
  RunCall(world_, std::move(pending.call), label, std::move(pending.done));
}

int64_t Dispatcher::Record(const Call& call) {
  if (!world_.options.record_calls) return 0;
  RecordedCall entry;
  entry.wire = std::string(WireName(call.wire.wire));
  entry.method = call.wire.method;
  bool session = call.wire.args.size() > 0;
  entry.args = ToJson(
      Array(call.wire.args.begin() + (session ? 1 : 0), call.wire.args.end()));
  entry.session = SessionArgument(call.wire);
  entry.host = call.peer.host;
  entry.started = world_.Now();
  return history_.Add(std::move(entry));
}

void Dispatcher::RecordDecoded(const Pending& pending) {
  RecordedCall* entry = history_.Find(pending.record);
  if (!entry) return;
  bool login = IsLogin(*pending.call.message);
  entry->session = pending.call.session;
  entry->user = login ? "" : pending.call.user;
  // What was sent, not what was filled in: a test compares it with the call.
  size_t sent = pending.wire->args.size() - (login ? 0 : 1);
  Array args(
      pending.call.args.begin(),
      pending.call.args.begin() + std::min(sent, pending.call.args.size()));
  entry->args = ToJson(args);
}

void Dispatcher::RecordOutcome(int64_t record, const Outcome& outcome) {
  RecordedCall* entry = history_.Find(record);
  if (!entry) return;
  entry->answered = true;
  entry->finished = world_.Now();
  if (outcome.ok()) {
    entry->result = ToJson(*outcome);
  } else {
    entry->error = outcome.error().text;
  }
}

}  // namespace xapi_gateway::simulator
