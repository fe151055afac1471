// HTTP to the hosts of one pool: TLS, unix sockets, kept-alive connections.
//
// Built on libcurl, of which nothing shows. Proxies, redirects, cookies,
// `Expect` and content encodings are off; header block and body leave in one
// write, since xapi answers 20 to 40 ms later when they come in two.
#ifndef BACKEND_HTTP_CLIENT_H_
#define BACKEND_HTTP_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "backend/http/event_loop.h"
#include "backend/http/tls_options.h"
#include "backend/http/transport.h"

namespace xapi_gateway::http {

struct ClientOptions {
  TlsOptions tls;
  // "xapi-gateway/1.2.3". At most 64 characters: xapi keeps no more.
  std::string user_agent = "xapi-gateway";
  // To one host at once, kept-alive ones included. Requests beyond it wait, so
  // it should exceed what the callers allow themselves: otherwise a check of
  // the host's health would stand in line behind the calls it is about.
  int max_connections_per_host = 64;
};

// A connection unused for so long is closed. xapi itself never closes one, but
// firewalls in between forget it.
inline constexpr int kMaxIdleConnectionSeconds = 300;

// How long an address found by name is used for new connections. Short, since
// new connections are rare and a host that moved must be found again.
inline constexpr int kMaxDnsCacheSeconds = 2;

// Header block of a reply; xapi sends about 250 bytes.
inline constexpr size_t kMaxReplyHeaderBytes = 32 << 10;

// Memory reserved because a reply announces its length; what is longer grows
// as it comes, so that an announcement alone costs little.
inline constexpr size_t kMaxReservedReplyBytes = 16 << 20;

// Counted since the client began. Thread-safe to read.
struct ClientStats {
  uint64_t requests = 0;
  uint64_t connections = 0;  // opened, TLS handshake included
};

class Client : public Transport {
 public:
  // `loop` must outlive the client. INVALID_ARGUMENT if the TLS options
  // contradict each other, a pin has the wrong form or a file is unreadable.
  static absl::StatusOr<std::unique_ptr<Client>> Create(EventLoop* loop,
                                                        ClientOptions options);
  // Breaks off all requests; their `done` never runs. From any thread.
  ~Client() override;

  Loop& loop() override;
  RequestId Send(const Endpoint& endpoint, Request request, Done done) override;
  void Cancel(RequestId id) override;

  ClientStats stats() const;

 private:
  class Impl;

  explicit Client(std::unique_ptr<Impl> impl);

  EventLoop* const loop_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_CLIENT_H_
