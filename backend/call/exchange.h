// One call posted to one host, once.
#ifndef BACKEND_CALL_EXCHANGE_H_
#define BACKEND_CALL_EXCHANGE_H_

#include <cstddef>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/call/outcome.h"
#include "backend/http/endpoint.h"
#include "backend/http/transport.h"
#include "backend/wire/format.h"

namespace xapi_gateway::call {

// Where to send calls, and how.
struct Route {
  http::Endpoint endpoint;
  wire::Format format = wire::Format::kJsonRpc;
};

struct Message {
  absl::string_view method;
  absl::string_view session;    // "" for none
  absl::string_view arguments;  // in the route's format
  absl::Time deadline;          // by the loop's clock
  std::string traceparent;
};

struct ExchangeLimits {
  absl::Duration connect_timeout;
  size_t max_reply_bytes;
};

// Posts `message`; `done` gets a reply, an error of xapi, or a CallFailure with
// reason kConnectionLost, kDeadlineExceeded, kRequestTooLarge, kReplyTooLarge,
// kMalformedReply or kHttpStatus. Nothing is repeated or followed. Threads and
// cancelling are as in http::Transport.
http::Transport::RequestId Send(http::Transport& transport, const Route& route,
                                const Message& message,
                                const ExchangeLimits& limits,
                                absl::AnyInvocable<void(CallOutcome)> done);

// What a result of the transport means for a call in `format` to `endpoint`.
CallOutcome Interpret(const http::Endpoint& endpoint, wire::Format format,
                      http::Result result);

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_EXCHANGE_H_
