#include "tests/testing/raw_http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace xapi_gateway::testing {
namespace {

constexpr int kBacklog = 64;

void Require(bool fine) {
  if (!fine) std::abort();
}

SSL_CTX* MakeContext(const Certificate& certificate) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* bio = BIO_new_mem_buf(certificate.certificate_pem.data(), -1);
  X509* x509 = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  bio = BIO_new_mem_buf(certificate.key_pem.data(), -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  Require(SSL_CTX_use_certificate(context, x509) == 1 &&
          SSL_CTX_use_PrivateKey(context, key) == 1);
  X509_free(x509);
  EVP_PKEY_free(key);
  return context;
}

size_t ContentLength(const std::string& head) {
  constexpr absl::string_view kName = "content-length:";
  auto found = std::search(head.begin(), head.end(), kName.begin(), kName.end(),
                           [](char a, char b) { return tolower(a) == b; });
  if (found == head.end()) return 0;
  size_t begin = found - head.begin() + kName.size();
  size_t length = 0;
  Require(absl::SimpleAtoi(head.substr(begin, head.find('\r', begin) - begin),
                           &length));
  return length;
}

}  // namespace

RawConnection::~RawConnection() {
  if (ssl_ != nullptr) {
    if (!reset_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
}

bool RawConnection::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t put = ssl_ != nullptr
                      ? SSL_write(ssl_, bytes.data(), bytes.size())
                      : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(put);
  }
  return true;
}

bool RawConnection::Reply(absl::string_view body, absl::string_view status) {
  return Write(
      absl::StrCat("HTTP/1.1 ", status, "\r\ncontent-length: ", body.size(),
                   "\r\ncontent-type: application/json\r\n\r\n", body));
}

void RawConnection::Reset() {
  reset_ = true;
  linger at_once = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void RawConnection::WaitForPeer() {
  char buffer[4096];
  while (ReadSome(buffer, sizeof(buffer)) > 0) {
  }
}

int RawConnection::ReadSome(char* buffer, int size) {
  if (ssl_ != nullptr) return SSL_read(ssl_, buffer, size);
  return static_cast<int>(recv(fd_, buffer, size, 0));
}

RawRequest RawConnection::Read() {
  RawRequest request;
  std::string data;
  char buffer[65536];
  size_t end = data.npos;
  while (end == data.npos || data.size() < end + 4 + ContentLength(data)) {
    int got = ReadSome(buffer, sizeof(buffer));
    if (got <= 0) return {};
    if (data.empty()) request.first_read_bytes = got;
    data.append(buffer, got);
    end = data.find("\r\n\r\n");
  }
  request.head = data.substr(0, end + 4);
  request.body = data.substr(end + 4);
  return request;
}

RawHttpServer::RawHttpServer(RawServerOptions options, Handler handler)
    : options_(std::move(options)), handler_(std::move(handler)) {
  if (options_.tls != nullptr) context_ = MakeContext(*options_.tls);
  Listen();
  acceptor_ = std::thread([this] { Accept(); });
}

void RawHttpServer::Listen() {
  sockaddr_storage address = {};
  socklen_t size = 0;
  if (!options_.unix_path.empty()) {
    auto* un = reinterpret_cast<sockaddr_un*>(&address);
    un->sun_family = AF_UNIX;
    strncpy(un->sun_path, options_.unix_path.c_str(), sizeof(un->sun_path) - 1);
    size = sizeof(*un);
    unlink(options_.unix_path.c_str());
  } else if (options_.ipv6) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&address);
    in6->sin6_family = AF_INET6;
    in6->sin6_addr = in6addr_loopback;
    size = sizeof(*in6);
  } else {
    auto* in = reinterpret_cast<sockaddr_in*>(&address);
    in->sin_family = AF_INET;
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof(*in);
  }
  auto* any = reinterpret_cast<sockaddr*>(&address);
  listener_ = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Require(listener_ >= 0 && bind(listener_, any, size) == 0 &&
          listen(listener_, kBacklog) == 0);
  getsockname(listener_, any, &size);
  if (address.ss_family == AF_INET6) {
    port_ = ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  } else if (address.ss_family == AF_INET) {
    port_ = ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
  }
}

std::string RawHttpServer::endpoint() const {
  if (!options_.unix_path.empty()) {
    return absl::StrCat("unix:", options_.unix_path);
  }
  return absl::StrCat(context_ != nullptr ? "https://" : "http://",
                      options_.ipv6 ? "[::1]" : "127.0.0.1", ":", port_);
}

void RawHttpServer::Accept() {
  while (!stopping_) {
    int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    absl::MutexLock lock(&mu_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { Serve(fd); });
  }
}

void RawHttpServer::Serve(int fd) {
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  SSL* ssl = nullptr;
  bool fine = true;
  if (context_ != nullptr) {
    ssl = SSL_new(context_);
    SSL_set_fd(ssl, fd);
    fine = SSL_accept(ssl) == 1;
  }
  {
    RawConnection connection(fd, ssl);
    while (fine) {
      RawRequest request = connection.Read();
      if (request.head.empty()) break;
      {
        absl::MutexLock lock(&mu_);
        requests_.push_back(request);
      }
      fine = handler_(request, connection);
    }
  }
  absl::MutexLock lock(&mu_);
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  close(fd);
}

RawHttpServer::~RawHttpServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mu_);
    for (int fd : open_) shutdown(fd, SHUT_RDWR);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  if (context_ != nullptr) SSL_CTX_free(context_);
  if (!options_.unix_path.empty()) unlink(options_.unix_path.c_str());
}

std::vector<RawRequest> RawHttpServer::requests() const {
  absl::MutexLock lock(&mu_);
  return requests_;
}

bool RawHttpServer::WaitForRequests(size_t count, absl::Duration most) const {
  absl::MutexLock lock(&mu_);
  auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return requests_.size() >= count;
  };
  return mu_.AwaitWithTimeout(absl::Condition(&enough), most);
}

}  // namespace xapi_gateway::testing
