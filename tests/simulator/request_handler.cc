#include "tests/simulator/request_handler.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {
namespace {

// The control interface takes scripted replies, which may be large.
constexpr size_t kMaxControlBytes = 64 << 20;
// Unix sockets have no small header limit in the real server.
constexpr size_t kMaxUnixHeaderBytes = 1 << 20;

// What a request without a body is answered, or empty when it is a POST.
std::string AnswerWithoutBody(const RequestHead& head) {
  if (head.method == "POST") return "";
  if (head.method == "OPTIONS") return OptionsReply(head);
  bool known =
      head.method == "GET" || head.method == "PUT" || head.method == "CONNECT";
  return known ? ForbiddenReply(head) : UnsupportedReply(head);
}

Answer Whole(std::string bytes, bool keep_alive) {
  Answer answer;
  answer.bytes = std::move(bytes);
  answer.keep_alive = keep_alive;
  return answer;
}

Answer Without(Answer::How how) {
  Answer answer;
  answer.how = how;
  return answer;
}

// The reply's body cut so that no parser accepts it.
std::string Spoil(std::string bytes) {
  size_t body = bytes.find("\r\n\r\n");
  for (size_t i = bytes.size() / 2 + body / 2; i < bytes.size(); ++i) {
    bytes[i] = '\x01';
  }
  return bytes;
}

std::chrono::milliseconds DripPause(const FaultRule& rule) {
  int64_t pause = absl::ToInt64Milliseconds(rule.delay);
  return std::chrono::milliseconds(pause > 0 ? pause : 1);
}

// What becomes of a reply that was made before the fault strikes.
Answer Damage(const FaultRule& rule, Answer answer) {
  switch (rule.kind) {
    case FaultKind::kResetAfter:
      return Without(Answer::How::kReset);
    case FaultKind::kHalfReply:
      answer.how = Answer::How::kHalf;
      break;
    case FaultKind::kSlowDrip:
      answer.how = Answer::How::kDrip;
      answer.pause = DripPause(rule);
      break;
    case FaultKind::kMalformed:
      answer.bytes = Spoil(std::move(answer.bytes));
      break;
    default:
      break;
  }
  return answer;
}

}  // namespace

RequestStep RequestHandler::Take(std::string* input, bool control,
                                 const Peer& peer) const {
  RequestStep step;
  step.control = control;
  size_t limit =
      control || peer.trusted ? kMaxUnixHeaderBytes : kMaxHeaderBytes;
  size_t end = input->find("\r\n\r\n");
  bool complete = end != std::string::npos;
  if ((complete ? end + 4 : input->size()) > limit) {
    step.refusal = HeaderTooLargeReply();
    return step;
  }
  step.need_more = !complete;
  if (!complete) return step;
  std::optional<RequestHead> head =
      ParseHead(absl::string_view(*input).substr(0, end));
  if (!head) {
    step.refusal = InternalErrorReply("Http.Http_parse_failure");
    return step;
  }
  step.head = *std::move(head);
  if (step.head.method == "POST" && !step.head.content_length) {
    step.refusal = InternalErrorReply(
        "Failure(\"We require a content-length: HTTP "
        "header\")");
    return step;
  }
  size_t length = step.head.content_length.value_or(0);
  if (length > (control ? kMaxControlBytes : kMaxBodyBytes)) {
    step.refusal =
        InternalErrorReply("Http_svr.Client_requested_size_over_limit");
    return step;
  }
  step.need_more = input->size() < end + 4 + length;
  if (step.need_more) return step;
  step.body = input->substr(end + 4, length);
  input->erase(0, end + 4 + length);
  return step;
}

void RequestHandler::Run(RequestStep step, const Peer& peer, AnswerSink sink) {
  if (step.control) {
    ControlAnswer answer =
        control_(step.head.method, step.head.path, step.body);
    std::string reply = ControlReply(step.head, answer.status, answer.json);
    return sink(Whole(std::move(reply), step.head.keep_alive));
  }
  if (engine_.world.hosts[peer.host].hung) {
    return sink(Without(Answer::How::kNever));
  }
  std::string answer = AnswerWithoutBody(step.head);
  if (answer.empty()) return RunCall(std::move(step), peer, std::move(sink));
  bool keep = step.head.method == "OPTIONS" && step.head.keep_alive;
  sink(Whole(std::move(answer), keep));
}

void RequestHandler::RunCall(RequestStep step, const Peer& peer,
                             AnswerSink sink) {
  bool json = absl::StartsWith(step.head.path, "/jsonrpc");
  WireRequest request =
      json ? ParseJsonCall(step.body) : ParseXmlCall(step.body);
  if (!request.ok) {
    return sink(Whole(InternalErrorReply(request.fault.page_text), false));
  }
  auto call = std::make_shared<Call>(Call{peer, std::move(request.call)});
  if (!engine_.faults.empty()) {
    std::optional<FaultRule> rule =
        engine_.faults.Strike(peer.host, call->wire.method, call->wire.args,
                              engine_.world.ids.Fraction());
    if (rule) return RunFault(*rule, std::move(call), step.head, sink);
  }
  Execute(std::move(call), step.head, std::move(sink));
}

void RequestHandler::RunFault(const FaultRule& rule, std::shared_ptr<Call> call,
                              const RequestHead& head, AnswerSink sink) {
  switch (rule.kind) {
    case FaultKind::kHang:
      return sink(Without(Answer::How::kNever));
    case FaultKind::kResetBefore:
      return sink(Without(Answer::How::kReset));
    case FaultKind::kHttpStatus:
      return sink(Whole(StatusReply(rule.status), false));
    case FaultKind::kError: {
      bool json = call->wire.wire != Wire::kXml;
      std::string body = WriteReply(call->wire, Error{rule.error}, {});
      return sink(Whole(ApiReply(head, json, true, body), head.keep_alive));
    }
    default:
      break;
  }
  auto deliver = [this, rule, sink](Answer answer) {
    Answer damaged = Damage(rule, std::move(answer));
    if (rule.delay <= absl::ZeroDuration() ||
        rule.kind == FaultKind::kSlowDrip) {
      return sink(std::move(damaged));
    }
    engine_.world.After(rule.delay, [sink, damaged] { sink(damaged); });
  };
  Execute(std::move(call), head, deliver);
}

void RequestHandler::Execute(std::shared_ptr<Call> call,
                             const RequestHead& head,
                             std::function<void(Answer)> deliver) {
  const Call& running = *call;
  engine_.dispatcher.Handle(
      running, [call, head, deliver = std::move(deliver)](Reply reply) {
        bool json = call->wire.wire != Wire::kXml;
        std::string body = WriteReply(call->wire, reply.outcome, reply.shape);
        bool cors = !reply.shape.pre_dispatch;
        deliver(Whole(ApiReply(head, json, cors, body), head.keep_alive));
      });
}

}  // namespace xapi_gateway::simulator
