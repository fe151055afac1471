// The checks every call goes through, in the real server's order, and the way
// to whatever runs it.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_DISPATCHER_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_DISPATCHER_H_

#include <functional>
#include <string>

#include "tests/simulator/codec.h"
#include "tests/simulator/history.h"
#include "tests/simulator/sessions.h"
#include "tests/simulator/world.h"

namespace xapi_gateway::simulator {

struct Call {
  Peer peer;
  WireCall wire;
};

struct Reply {
  Outcome outcome = Void();
  ReplyShape shape;
};
// Called once, or never when the server would hang.
using ReplySink = std::function<void(Reply)>;

class Dispatcher {
 public:
  explicit Dispatcher(World* world) : world_(*world) {}

  void Handle(const Call& call, ReplySink sink);

  History& history() { return history_; }
  Scripts& scripts() { return scripts_; }

 private:
  // A call on its way through the checks.
  struct Pending {
    Peer peer;
    const WireCall* wire = nullptr;
    std::string name;  // without Async.
    bool async = false;
    Invocation call;
    int64_t record = 0;
    Done done;
  };

  bool FailsBeforeDispatch(const Call& call, const ReplySink& sink);
  bool AnswersSystemCall(const Call& call, const ReplySink& sink);
  void Dispatch(Pending pending);
  void DispatchUnknown(Pending pending);
  Error CheckCount(const Message& message, size_t received) const;
  Error DecodeArguments(Pending* pending) const;
  enum class SessionCheck { kFine, kRefused, kNeverAnswers };
  SessionCheck CheckSession(Pending* pending, Error* error);
  void RunChecked(Pending pending);
  void RunLogin(Pending pending);
  int64_t Record(const Call& call);
  void RecordDecoded(const Pending& pending);
  void RecordOutcome(int64_t record, const Outcome& outcome);

  World& world_;
  History history_;
  Scripts scripts_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_DISPATCHER_H_
