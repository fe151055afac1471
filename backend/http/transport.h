// Sends one HTTP POST and says what became of it.
#ifndef BACKEND_HTTP_TRANSPORT_H_
#define BACKEND_HTTP_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/http/endpoint.h"
#include "backend/http/loop.h"

namespace xapi_gateway::http {

// What xapi takes as the body of a call, in bytes; more would be answered with
// HTTP 500 and a closed connection.
inline constexpr size_t kMaxRequestBodyBytes = 300 * 1024;

// What xapi takes as a header block is 1024 bytes, of which a few are lost to
// its own counting.
inline constexpr size_t kMaxRequestHeaderBytes = 1000;

struct Request {
  absl::string_view path;          // must outlive the request; a constant
  absl::string_view content_type;  // likewise
  std::string body;
  std::string traceparent;  // sent if it is well-formed
  absl::Time deadline;      // by the loop's clock; covers everything
  absl::Duration connect_timeout = absl::Seconds(5);
  size_t max_reply_bytes = size_t{256} << 20;
};

// A complete reply, whatever its status.
struct Response {
  int status = 0;  // 200, 404, ...
  std::string content_type;
  // Has wire::kReplyPadding bytes of spare capacity.
  std::string body;
};

// There is no complete reply.
struct Failure {
  enum class Kind {
    kRefused,        // not sent: too large, or the endpoint cannot be used
    kConnect,        // no connection: resolving, connecting, TLS handshake
    kLost,           // the connection broke
    kTimeout,        // the deadline passed
    kReplyTooLarge,  // more than max_reply_bytes
    kBadReply,       // not HTTP
  };
  Kind kind = Kind::kLost;
  // False: not a byte of the request can have reached the host. True: it may
  // have been executed.
  bool maybe_sent = false;
  absl::Status status;  // names the endpoint and what happened
};

using Result = std::variant<Response, Failure>;

// For the loop thread alone, except loop().
class Transport {
 public:
  using RequestId = uint64_t;
  using Done = absl::AnyInvocable<void(Result)>;

  virtual ~Transport() = default;

  // The loop that everything runs on.
  virtual Loop& loop() = 0;

  // Posts `request` to `endpoint`. `done` runs once on the loop thread, never
  // inside Send, unless the request is cancelled. A request is sent at most
  // once: nothing here repeats one that may have left.
  virtual RequestId Send(const Endpoint& endpoint, Request request,
                         Done done) = 0;

  // Breaks off; `done` is destroyed without running. Does nothing for a
  // request that has ended.
  virtual void Cancel(RequestId id) = 0;
};

// Whether `value` is a W3C traceparent: "00-<32 hex>-<16 hex>-<2 hex>".
bool IsTraceparent(absl::string_view value);

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_TRANSPORT_H_
