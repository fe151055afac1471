// The simulator as its clients meet it: real sockets on loopback.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/simulator/pool.h"

namespace xapi_gateway::simulator {
namespace {

// A read that takes longer means the answer will not come.
constexpr int kReadSeconds = 20;

// A socket that says what it is told and returns what it hears.
class Client {
 public:
  Client(const std::string& ip, uint16_t port)
      : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address),
                         sizeof(address)) == 0;
    Limit();
  }
  explicit Client(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address),
                         sizeof(address)) == 0;
    Limit();
  }
  ~Client() { close(fd_); }

  bool connected() const { return connected_; }

  void Send(const std::string& text) {
    size_t sent = 0;
    while (sent < text.size()) {
      ssize_t n =
          send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<size_t>(n);
    }
  }

  // One whole reply, or what came before the end of the connection.
  std::string Receive() {
    for (;;) {
      size_t head = input_.find("\r\n\r\n");
      if (head != std::string::npos) {
        size_t length = ContentLength(input_.substr(0, head));
        if (input_.size() >= head + 4 + length) {
          std::string reply = input_.substr(0, head + 4 + length);
          input_.erase(0, reply.size());
          return reply;
        }
      }
      char chunk[4096];
      ssize_t n = recv(fd_, chunk, sizeof(chunk), 0);
      if (n <= 0) return std::exchange(input_, "");
      input_.append(chunk, static_cast<size_t>(n));
    }
  }

 private:
  void Limit() {
    timeval limit{kReadSeconds, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  static size_t ContentLength(const std::string& head) {
    size_t at = head.find("content-length: ");
    size_t length = 0;
    if (at == std::string::npos) return 0;
    std::string digits = head.substr(at + 16, head.find('\r', at) - at - 16);
    return absl::SimpleAtoi(digits, &length) ? length : 0;
  }

  int fd_;
  bool connected_ = false;
  std::string input_;
};

std::string Post(const std::string& path, const std::string& body,
                 const std::string& headers = "") {
  return absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: x\r\n", headers,
                      "Content-Length: ", body.size(), "\r\n\r\n", body);
}

std::string Json(const std::string& method, const std::string& params) {
  return absl::StrCat("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"", method,
                      "\",\"params\":[", params, "]}");
}

std::string LoginBody() {
  return Json("session.login_with_password",
              absl::StrCat("\"root\",\"", kDefaultPassword, "\",\"1\",\"t\""));
}

class NetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.vms = 5;
    std::string directory = testing::TempDir() + "/simulatorXXXXXX";
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    options.unix_directory = directory;
    options.login_failure_delay = absl::ZeroDuration();
    auto pool = Pool::Start(options);
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
  }

  void TearDown() override {
    if (!pool_) return;
    std::string socket = pool_->host(0).socket;
    pool_.reset();
    rmdir(socket.substr(0, socket.rfind('/')).c_str());
  }

  Client Connect(int host = 0) {
    Endpoint end = pool_->host(host);
    return Client(end.ip, end.http);
  }
  std::string Ask(const std::string& request) {
    Client client = Connect();
    client.Send(request);
    return client.Receive();
  }

  std::unique_ptr<Pool> pool_;
};

struct HttpCase {
  std::string request;
  std::string status;
  std::string contained;
};

TEST_F(NetworkTest, AnswersAsTheRealServerDoes) {
  std::string list = Json("system.listMethods", "");
  const HttpCase kCases[] = {
      {Post("/jsonrpc", list), "200 OK", "application/json"},
      {Post("/jsonrpc?x=1", list), "200 OK", "VM.start"},
      {Post("/", list), "500 Internal Error", "Xmlm.Error"},
      {Post("/json", list), "500 Internal Error", "Xmlm.Error"},
      {Post("/jsonrpc", ""), "500 Internal Error", "Blank input data"},
      {Post("/jsonrpc", "{"), "500 Internal Error", "Json_error"},
      {Post("/RPC2",
            "<methodCall><methodName>pool.get_all</methodName><params><param>"
            "<value>none</value></param></params></methodCall>"),
       "200 OK", "SESSION_INVALID"},
      {"POST / HTTP/1.1\r\nHost: x\r\n\r\n", "500 Internal Error",
       "We require a content-length"},
      {"POST /jsonrpc HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "500 Internal Error", "content-length"},
      {"POST /jsonrpc HTTP/1.1\r\nContent-Length: 307201\r\n\r\n",
       "500 Internal Error", "Client_requested_size_over_limit"},
      {Post("/jsonrpc", list, "X-Big: " + std::string(1000, 'a') + "\r\n"),
       "431 Request Header Fields Too Large", "maximum header size"},
      {"GET / HTTP/1.1\r\n\r\n", "403 Forbidden", "forbidden"},
      {"PUT /jsonrpc HTTP/1.1\r\n\r\n", "403 Forbidden", "forbidden"},
      {"DELETE / HTTP/1.1\r\n\r\n", "501", "not supported"},
      {"OPTIONS /jsonrpc HTTP/1.1\r\n\r\n", "200 OK",
       "Access-Control-Allow-Methods: PUT"},
      {"nonsense\r\n\r\n", "500 Internal Error", "html"},
  };
  for (const HttpCase& c : kCases) {
    std::string reply = Ask(c.request);
    EXPECT_TRUE(absl::StartsWith(reply, absl::StrCat("HTTP/1.1 ", c.status)))
        << c.request.substr(0, 60) << "\n"
        << reply.substr(0, 200);
    EXPECT_TRUE(absl::StrContains(reply, c.contained)) << reply.substr(0, 400);
  }
}

TEST_F(NetworkTest, AnswersPipelinedRequestsInOrder) {
  Client client = Connect();
  std::string all;
  for (const char* uuid : {"a", "b", "c"}) {
    all += Post("/jsonrpc", Json(absl::StrCat("system.isAlive:", uuid), ""));
  }
  client.Send(all);
  for (const char* uuid : {"a", "b", "c"}) {
    EXPECT_TRUE(absl::EndsWith(
        client.Receive(), absl::StrCat("\"result\":\"", uuid, "\",\"id\":1}")));
  }
}

TEST_F(NetworkTest, KeepsTheConnectionAsAsked) {
  Client client = Connect();
  client.Send(Post("/jsonrpc", LoginBody(), "Connection: close\r\n"));
  EXPECT_TRUE(absl::StrContains(client.Receive(), "connection: close"));
  EXPECT_EQ(client.Receive(), "");
}

TEST_F(NetworkTest, TheUnixSocketTrustsItsPeer) {
  Client client(pool_->host(0).socket);
  ASSERT_TRUE(client.connected());
  client.Send(Post(
      "/jsonrpc", Json("session.login_with_password", "\"anyone\",\"wrong\"")));
  EXPECT_TRUE(absl::StrContains(client.Receive(), "OpaqueRef:"));
  // A supporter forwards everything but logins.
  Client supporter(pool_->host(1).socket);
  supporter.Send(Post(
      "/jsonrpc", Json("session.login_with_password", "\"anyone\",\"wrong\"")));
  EXPECT_TRUE(absl::StrContains(supporter.Receive(), "HOST_IS_SLAVE"));
}

TEST_F(NetworkTest, TlsVerifiesAgainstThePoolsAuthority) {
  Endpoint end = pool_->host(1);
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
      SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  std::unique_ptr<BIO, decltype(&BIO_free)> pem(
      BIO_new_mem_buf(pool_->ca_pem().data(),
                      static_cast<int>(pool_->ca_pem().size())),
      BIO_free);
  std::unique_ptr<X509, decltype(&X509_free)> ca(
      PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr), X509_free);
  ASSERT_TRUE(ca);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_ssl_connect(context.get()), BIO_free_all);
  BIO_set_conn_hostname(bio.get(),
                        absl::StrCat(end.ip, ":", end.https).c_str());
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), end.ip.c_str());
  ASSERT_EQ(BIO_do_handshake(bio.get()), 1);
  EXPECT_STREQ(SSL_get_version(ssl), "TLSv1.2");
}

struct FaultCase {
  FaultKind kind;
  std::string answer;  // how it starts; empty = the connection just ends
  bool executed;
};

TEST_F(NetworkTest, FaultsStrikeOnceAndAsTold) {
  const FaultCase kCases[] = {
      {FaultKind::kResetBefore, "", false},
      {FaultKind::kResetAfter, "", true},
      {FaultKind::kHalfReply, "HTTP/1.1 200", true},
      {FaultKind::kSlowDrip, "HTTP/1.1 200", true},
      {FaultKind::kHttpStatus, "HTTP/1.1 503", false},
      {FaultKind::kMalformed, "HTTP/1.1 200", true},
      {FaultKind::kError, "HTTP/1.1 200", false},
      {FaultKind::kDelay, "HTTP/1.1 200", true},
  };
  int number = 0;
  for (const FaultCase& c : kCases) {
    std::string session =
        *pool_->Call("session.login_with_password", "[\"root\",\"x\"]");
    std::string pools = *pool_->Call("pool.get_all", "[]");
    std::string pool = pools.substr(1, pools.size() - 2);
    std::string name = absl::StrCat("name ", ++number);
    FaultRule rule;
    rule.kind = c.kind;
    rule.method = "pool.set_name_label";
    rule.count = 1;
    rule.status = 503;
    rule.error = {"SOME_ERROR"};
    rule.delay = absl::Milliseconds(1);
    pool_->AddFault(rule);
    std::string reply = Ask(Post(
        "/jsonrpc", Json("pool.set_name_label",
                         absl::StrCat(session, ",", pool, ",\"", name, "\""))));
    EXPECT_EQ(reply.substr(0, c.answer.size()), c.answer) << number;
    EXPECT_EQ(reply.empty(), c.answer.empty()) << number;
    std::string label =
        *pool_->Call("pool.get_name_label", absl::StrCat("[", pool, "]"));
    EXPECT_EQ(label == absl::StrCat("\"", name, "\""), c.executed) << number;
  }
}

TEST_F(NetworkTest, ADeadHostRefusesAndComesBackOnItsPort) {
  pool_->Kill(0);
  EXPECT_FALSE(Connect().connected());
  EXPECT_FALSE(pool_->host(0).up);
  ASSERT_TRUE(pool_->Revive(0).ok());
  Client client = Connect();
  ASSERT_TRUE(client.connected());
  client.Send(Post("/jsonrpc", LoginBody()));
  EXPECT_TRUE(absl::StrContains(client.Receive(), "OpaqueRef:"));
}

TEST_F(NetworkTest, RefusingAndTlsThenEofEndConnections) {
  FaultRule refuse;
  refuse.kind = FaultKind::kRefuse;
  refuse.count = 1;
  pool_->AddFault(refuse);
  EXPECT_EQ(Ask(Post("/jsonrpc", LoginBody())), "");
  EXPECT_TRUE(absl::StrContains(Ask(Post("/jsonrpc", LoginBody())), "Opaque"));
}

TEST_F(NetworkTest, TwoPoolsLiveSideBySide) {
  Options options;
  options.hosts = 1;
  options.vms = 1;
  options.addressing = Addressing::kPort;
  auto other = Pool::Start(options);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ((*other)->host(0).address,
            absl::StrCat("127.0.0.1:", (*other)->host(0).https));
  EXPECT_NE((*other)->host(0).https, pool_->host(0).https);
}

}  // namespace
}  // namespace xapi_gateway::simulator
