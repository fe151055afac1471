#include "backend/call/host_probe.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "backend/call/replay_policy.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_writer.h"

namespace xapi_gateway::call {
namespace {

template <typename Writer>
std::string OneText() {
  Writer writer;
  writer.String("probe");
  return std::move(writer).Take();
}

// A wrong status or a strange reply still comes from something alive; whether
// it is of use is for the login to say.
std::string ProblemOf(const http::Endpoint& endpoint,
                      const CallOutcome& outcome) {
  if (auto* error = std::get_if<wire::ApiError>(&outcome)) {
    if (!IsEmergency(*error)) return "";
    return absl::StrCat(endpoint.text(),
                        " is in emergency mode: ", wire::ToString(*error));
  }
  auto* failure = std::get_if<CallFailure>(&outcome);
  if (failure == nullptr || failure->reason == FailureReason::kHttpStatus ||
      failure->reason == FailureReason::kMalformedReply) {
    return "";
  }
  return std::string(failure->status.message());
}

}  // namespace

http::Transport::RequestId AskWhetherAlive(
    http::Transport& transport, const Route& route,
    const ExchangeLimits& limits, std::function<void(std::string)> done) {
  Message message;
  message.method = "system.isAlive:";
  std::string arguments = route.format == wire::Format::kJsonRpc
                              ? OneText<wire::JsonWriter>()
                              : OneText<wire::XmlWriter>();
  message.arguments = arguments;
  message.deadline = transport.loop().Now() + limits.connect_timeout;
  return Send(transport, route, message, limits,
              [endpoint = route.endpoint, done = std::move(done)](
                  CallOutcome outcome) { done(ProblemOf(endpoint, outcome)); });
}

void HostProbe::Start(absl::Duration delay, session::Backoff backoff) {
  Stop();
  backoff_ = std::move(backoff);
  Schedule(delay);
}

void HostProbe::Schedule(absl::Duration delay) {
  http::Loop& loop = transport_->loop();
  timer_ = loop.RunAt(loop.Now() + delay, [this] {
    Schedule(backoff_.Next());
    Ask();
  });
}

void HostProbe::Ask() {
  if (questions_.size() >= kMaxQuestions) return;
  auto id = std::make_shared<http::Transport::RequestId>();
  *id = AskWhetherAlive(*transport_, route_, limits_,
                        [this, id](std::string problem) {
                          questions_.erase(*id);
                          auto probed = probed_;
                          probed(std::move(problem));
                        });
  questions_.insert(*id);
}

void HostProbe::Stop() {
  if (timer_ != 0) transport_->loop().CancelTimer(timer_);
  timer_ = 0;
  for (auto id : questions_) transport_->Cancel(id);
  questions_.clear();
}

}  // namespace xapi_gateway::call
