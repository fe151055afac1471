// A pool without network and with a virtual clock, for tests of behaviour.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_TESTS_HARNESS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_TESTS_HARNESS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/engine.h"

namespace xapi_gateway::simulator {

inline Options QuietOptions() {
  Options options;
  options.hosts = 3;
  options.vms = 10;
  options.virtual_clock = true;
  options.record_calls = true;
  return options;
}

class Harness {
 public:
  explicit Harness(Options options = QuietOptions())
      : engine(options, *Model::BuiltIn()) {
    std::vector<std::string> addresses;
    for (int i = 0; i < options.hosts; ++i) {
      addresses.push_back("127.0.0." + std::to_string(2 + i));
    }
    engine.Begin(addresses);
    session = Login("root", kDefaultPassword).text();
  }

  // Where an answer will be, once there is one.
  using Slot = std::shared_ptr<std::optional<Reply>>;

  Slot Send(const std::string& method, std::vector<Value> args, int host = 0) {
    auto slot = std::make_shared<std::optional<Reply>>();
    struct Call call {
      {host, false}, {}
    };
    call.wire.wire = Wire::kJson2;
    call.wire.method = method;
    call.wire.args = std::move(args);
    call.wire.id = "1";
    engine.dispatcher.Handle(call, [slot](Reply reply) { *slot = reply; });
    engine.Settle();
    return slot;
  }

  // Lets time pass until the call has answered, a day at most.
  Outcome Raw(const std::string& method, std::vector<Value> args,
              int host = 0) {
    Slot slot = Send(method, std::move(args), host);
    for (int i = 0; i < 86400 * 4 && !slot->has_value(); ++i) {
      engine.Advance(absl::Milliseconds(250));
    }
    if (!slot->has_value()) return Error{{"NO_ANSWER"}};
    return (*slot)->outcome;
  }

  Outcome Call(const std::string& method, std::vector<Value> args) {
    args.insert(args.begin(), Value(session));
    return Raw(method, std::move(args));
  }

  Value Login(const std::string& user, const std::string& password,
              int host = 0) {
    Outcome session = Raw("session.login_with_password",
                          {user, password, "1.0", "test"}, host);
    return session.ok() ? *session : Value(session.error().text.front());
  }

  // A VM in this power state that is neither template nor control domain.
  std::string Vm(const std::string& state) {
    const Database& db = *engine.world.db;
    for (const std::string& ref : db.Refs("VM")) {
      if (db.Get("VM", ref, "power_state").text() == state &&
          !db.Get("VM", ref, "is_a_template").boolean() &&
          !db.Get("VM", ref, "is_control_domain").boolean()) {
        return ref;
      }
    }
    return "";
  }
  const Value& Get(const std::string& cls, const std::string& ref,
                   const std::string& field) {
    return engine.world.db->Get(cls, ref, field);
  }

  Engine engine;
  std::string session;
};

// The code of an error, or "ok".
inline std::string CodeOf(const Outcome& outcome) {
  return outcome.ok() ? "ok" : outcome.error().text.front();
}

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_TESTS_HARNESS_H_
