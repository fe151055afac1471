// From bytes of a connection to calls, and from outcomes back to bytes. No
// sockets here.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_REQUEST_HANDLER_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_REQUEST_HANDLER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tests/simulator/engine.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/server.h"

namespace xapi_gateway::simulator {

struct RequestStep {
  bool need_more = false;
  std::string refusal;  // a page to send before closing
  RequestHead head;
  std::string body;
  bool control = false;
};

// What a connection does with its answer.
struct Answer {
  enum class How { kWhole, kNever, kReset, kHalf, kDrip };
  How how = How::kWhole;
  std::string bytes;
  bool keep_alive = true;
  std::chrono::milliseconds pause{0};  // between dripped pieces
};
using AnswerSink = std::function<void(Answer)>;

class RequestHandler {
 public:
  explicit RequestHandler(Engine* engine) : engine_(*engine) {}

  void set_control(ControlHandler handler) { control_ = std::move(handler); }

  // Takes the first request off input, if it is there as a whole.
  RequestStep Take(std::string* input, bool control, const Peer& peer) const;
  // Runs it. The sink is called once, now or later, or never.
  void Run(RequestStep step, const Peer& peer, AnswerSink sink);

 private:
  void RunCall(RequestStep step, const Peer& peer, AnswerSink sink);
  void RunFault(const FaultRule& rule, std::shared_ptr<Call> call,
                const RequestHead& head, AnswerSink sink);
  void Execute(std::shared_ptr<Call> call, const RequestHead& head,
               std::function<void(Answer)> deliver);

  Engine& engine_;
  ControlHandler control_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_REQUEST_HANDLER_H_
