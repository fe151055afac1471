// An HTTP server without manners: a test writes each byte it sends.
#ifndef TESTS_TESTING_RAW_HTTP_SERVER_H_
#define TESTS_TESTING_RAW_HTTP_SERVER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/testing/certificates.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace xapi_gateway::testing {

struct RawRequest {
  std::string head;  // up to and with the empty line
  std::string body;
  size_t first_read_bytes = 0;  // came in the first read
};

// One accepted connection, used by the handler of its thread.
class RawConnection {
 public:
  RawConnection(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}
  ~RawConnection();

  // False once the peer is gone.
  bool Write(absl::string_view bytes);
  // A whole reply with a right Content-Length.
  bool Reply(absl::string_view body, absl::string_view status = "200 OK");
  // Ends the connection with a TCP reset instead of an orderly close.
  void Reset();
  // Blocks until the peer closes, or the server stops.
  void WaitForPeer();
  // "" at the end of the connection.
  RawRequest Read();

 private:
  int ReadSome(char* buffer, int size);

  const int fd_;
  SSL* const ssl_;
  bool reset_ = false;
};

struct RawServerOptions {
  const Certificate* tls = nullptr;  // null: plain HTTP
  std::string unix_path;             // not TCP but this
  bool ipv6 = false;
};

class RawHttpServer {
 public:
  // Serves one request; false ends the connection. Runs on the connection's
  // own thread.
  using Handler = std::function<bool(const RawRequest&, RawConnection&)>;

  // Listens on loopback, on a port of the system's choice.
  RawHttpServer(RawServerOptions options, Handler handler);
  explicit RawHttpServer(Handler handler)
      : RawHttpServer(RawServerOptions(), std::move(handler)) {}
  // Cuts all connections.
  ~RawHttpServer();

  uint16_t port() const { return port_; }
  // "http://127.0.0.1:1234" or the like.
  std::string endpoint() const;

  int connections() const { return connections_; }
  std::vector<RawRequest> requests() const;
  // Blocks until `count` requests came in; false after `most`.
  bool WaitForRequests(size_t count, absl::Duration most) const;

 private:
  void Listen();
  void Accept();
  void Serve(int fd);

  const RawServerOptions options_;
  const Handler handler_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  mutable absl::Mutex mu_;
  std::vector<RawRequest> requests_ ABSL_GUARDED_BY(mu_);
  std::vector<int> open_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
  std::thread acceptor_;
};

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_RAW_HTTP_SERVER_H_
