// Asks one host again and again whether it is alive.
#ifndef BACKEND_CALL_HOST_PROBE_H_
#define BACKEND_CALL_HOST_PROBE_H_

#include <functional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "backend/call/exchange.h"
#include "backend/http/endpoint.h"
#include "backend/http/transport.h"
#include "backend/session/backoff.h"

namespace xapi_gateway::call {

// Questions to one host at a time. More than one, so that a host that hung and
// is back is found without waiting for the old question to time out.
inline constexpr int kMaxQuestions = 5;

// Posts a call that needs no session and does nothing. `done` gets "" if the
// host answered in any way but an emergency code, else what is wrong with it.
http::Transport::RequestId AskWhetherAlive(
    http::Transport& transport, const Route& route,
    const ExchangeLimits& limits, std::function<void(std::string)> done);

// For the loop thread.
class HostProbe {
 public:
  // `probed` gets what AskWhetherAlive gives; it may stop or destroy the probe.
  HostProbe(http::Transport* transport, Route route, ExchangeLimits limits,
            session::Backoff backoff, std::function<void(std::string)> probed)
      : transport_(transport),
        route_(std::move(route)),
        limits_(limits),
        backoff_(std::move(backoff)),
        probed_(std::move(probed)) {}
  ~HostProbe() { Stop(); }

  // Asks after `delay`, and then again with the delays of `backoff`.
  void Start(absl::Duration delay, session::Backoff backoff);
  // Asks now; the delays go on as they were.
  void Ask();
  void Stop();
  bool running() const { return timer_ != 0; }

 private:
  void Schedule(absl::Duration delay);

  http::Transport* const transport_;
  const Route route_;
  const ExchangeLimits limits_;
  session::Backoff backoff_;
  const std::function<void(std::string)> probed_;
  http::Loop::TimerId timer_ = 0;
  std::set<http::Transport::RequestId> questions_;
};

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_HOST_PROBE_H_
