#include "tests/simulator/server.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/simulator/connection.h"

namespace xapi_gateway::simulator {
namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Unix = asio::local::stream_protocol;

// Handlers run before those who wait for changes are served again.
constexpr int kMaxHandlersPerTurn = 64;
constexpr int kBacklog = 128;
// How often binding all hosts to one free port number is tried.
constexpr int kMaxBindAttempts = 20;

absl::Status ToStatus(const error_code& error, const std::string& what) {
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(what, ": ", error.message()));
}

template <typename Acceptor, typename Endpoint>
absl::Status Listen(Acceptor* acceptor, const Endpoint& endpoint,
                    const std::string& what) {
  error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error)
    acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(kBacklog, error);
  if (error) {
    error_code ignored;
    acceptor->close(ignored);
  }
  return ToStatus(error, absl::StrCat("cannot listen on ", what));
}

}  // namespace

// What one host listens on, and who is connected.
struct HostNetwork {
  explicit HostNetwork(asio::io_context& io)
      : https(io), http(io), local(io), tls(asio::ssl::context::tls_server) {}

  Tcp::acceptor https, http;
  Unix::acceptor local;
  asio::ssl::context tls;
  std::set<ConnectionBase*> connections;
  // Acceptors that wait for a connection to end, at the limit.
  std::vector<std::function<void()>> waiting;
};

class Server::Impl {
 public:
  explicit Impl(Engine* engine)
      : engine_(*engine), handler_(engine), timer_(io_), control_(io_) {}

  ~Impl() {
    for (size_t i = 0; i < hosts_.size(); ++i) CloseHost(static_cast<int>(i));
    error_code ignored;
    control_.close(ignored);
    CloseConnections(&control_connections_);
    io_.restart();
    io_.poll();
  }

  absl::Status Bind(const Options& options);
  absl::Status UseCertificates(const PoolCertificates& certificates);
  absl::Status BindControl(uint16_t port, ControlHandler handler);
  absl::Status OpenHost(int host);
  void CloseHost(int host);
  void Run();

  asio::io_context io_;
  Engine& engine_;
  RequestHandler handler_;
  asio::steady_timer timer_;
  Tcp::acceptor control_;
  std::set<ConnectionBase*> control_connections_;
  std::vector<std::unique_ptr<HostNetwork>> hosts_;
  std::vector<HostPorts> ports_;
  bool stopping_ = false;

 private:
  absl::Status BindShared(const Options& options);
  absl::Status ListenTcp(Tcp::acceptor* acceptor, const std::string& ip,
                         uint16_t* port);
  void AcceptTls(int host);
  void AcceptPlain(int host);
  void AcceptUnix(int host);
  void AcceptControl();
  void CloseConnections(std::set<ConnectionBase*>* connections);
  // False at the limit; resume runs when there is room again.
  bool HasRoom(int host, std::function<void()> resume);
  template <typename Stream>
  void Adopt(Stream stream, int host, bool trusted);
  void Arm(std::optional<absl::Time> due);
};

absl::Status Server::Impl::ListenTcp(Tcp::acceptor* acceptor,
                                     const std::string& ip, uint16_t* port) {
  Tcp::endpoint endpoint(asio::ip::make_address(ip), *port);
  absl::Status status =
      Listen(acceptor, endpoint, absl::StrCat(ip, ":", *port));
  if (status.ok()) *port = acceptor->local_endpoint().port();
  return status;
}

absl::Status Server::Impl::OpenHost(int host) {
  HostNetwork& network = *hosts_[host];
  HostPorts& ports = ports_[host];
  absl::Status status;
  if (engine_.world.options.tls) {
    status = ListenTcp(&network.https, ports.ip, &ports.https);
    if (status.ok()) AcceptTls(host);
  }
  if (status.ok() && engine_.world.options.http) {
    status = ListenTcp(&network.http, ports.ip, &ports.http);
    if (status.ok()) AcceptPlain(host);
  }
  if (status.ok() && !ports.socket.empty()) {
    ::unlink(ports.socket.c_str());
    status = Listen(&network.local, Unix::endpoint(ports.socket), ports.socket);
    if (status.ok()) AcceptUnix(host);
  }
  return status;
}

// All hosts with the port numbers the first one got.
absl::Status Server::Impl::BindShared(const Options& options) {
  for (size_t i = 0; i < hosts_.size(); ++i) {
    bool shared = options.addressing == Addressing::kIp && i > 0;
    ports_[i].https = shared   ? ports_[0].https
                      : i == 0 ? options.https_port
                               : 0;
    ports_[i].http = shared ? ports_[0].http : i == 0 ? options.http_port : 0;
    absl::Status status = OpenHost(static_cast<int>(i));
    if (status.ok()) continue;
    for (size_t j = 0; j <= i; ++j) CloseHost(static_cast<int>(j));
    return status;
  }
  return absl::OkStatus();
}

absl::Status Server::Impl::Bind(const Options& options) {
  for (int i = 0; i < options.hosts; ++i) {
    hosts_.push_back(std::make_unique<HostNetwork>(io_));
    HostPorts ports;
    ports.ip = options.addressing == Addressing::kIp
                   ? absl::StrCat("127.0.0.", 2 + i)
                   : "127.0.0.1";
    if (!options.unix_directory.empty()) {
      ports.socket = absl::StrCat(options.unix_directory, "/host", i, ".sock");
    }
    ports_.push_back(ports);
  }
  // Another program may hold the first host's free port on a later address.
  bool may_retry = options.https_port == 0 && options.http_port == 0;
  absl::Status status;
  for (int attempt = 0; attempt < kMaxBindAttempts; ++attempt) {
    status = BindShared(options);
    if (status.ok() || !may_retry) break;
  }
  return status;
}

absl::Status Server::Impl::UseCertificates(
    const PoolCertificates& certificates) {
  for (size_t i = 0; i < hosts_.size(); ++i) {
    asio::ssl::context& tls = hosts_[i]->tls;
    const HostCertificate& mine = certificates.hosts[i];
    error_code error;
    tls.use_certificate_chain(asio::buffer(mine.certificate_pem), error);
    if (!error) {
      tls.use_private_key(asio::buffer(mine.key_pem), asio::ssl::context::pem,
                          error);
    }
    if (error) return ToStatus(error, "cannot use a host's certificate");
    // As the real server's TLS front end is set up.
    SSL_CTX* raw = tls.native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(raw,
                            "ECDHE-RSA-AES256-GCM-SHA384:"
                            "ECDHE-RSA-AES128-GCM-SHA256");
    SSL_CTX_set1_groups_list(raw, "secp384r1");
    SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  return absl::OkStatus();
}

absl::Status Server::Impl::BindControl(uint16_t port, ControlHandler handler) {
  handler_.set_control(std::move(handler));
  absl::Status status = ListenTcp(&control_, "127.0.0.1", &port);
  if (status.ok()) AcceptControl();
  return status;
}

bool Server::Impl::HasRoom(int host, std::function<void()> resume) {
  HostNetwork& network = *hosts_[host];
  if (network.connections.size() < kMaxConnections) return true;
  network.waiting.push_back(std::move(resume));
  return false;
}

template <typename Stream>
void Server::Impl::Adopt(Stream stream, int host, bool trusted) {
  std::optional<FaultRule> fault;
  if (!trusted && !engine_.faults.empty()) {
    fault = engine_.faults.StrikeConnection(host, engine_.world.ids.Fraction());
  }
  if (fault && fault->kind == FaultKind::kRefuse) return;  // closes
  HostNetwork* network = hosts_[host].get();
  auto pointer = std::make_shared<ConnectionBase*>();
  auto ended = [network, pointer] {
    network->connections.erase(*pointer);
    for (auto& resume : std::exchange(network->waiting, {})) resume();
  };
  auto connection = MakeConnection(std::move(stream), &handler_,
                                   {Peer{host, trusted}, false, ended});
  *pointer = connection.get();
  network->connections.insert(connection.get());
  connection->Start(fault.has_value());
}

void Server::Impl::AcceptTls(int host) {
  if (!HasRoom(host, [this, host] { AcceptTls(host); })) return;
  HostNetwork& network = *hosts_[host];
  network.https.async_accept(
      [this, host](error_code error, Tcp::socket socket) {
        if (error) return;
        Adopt(TlsStream(std::move(socket), hosts_[host]->tls), host, false);
        AcceptTls(host);
      });
}

void Server::Impl::AcceptPlain(int host) {
  if (!HasRoom(host, [this, host] { AcceptPlain(host); })) return;
  hosts_[host]->http.async_accept(
      [this, host](error_code error, Tcp::socket socket) {
        if (error) return;
        Adopt(std::move(socket), host, false);
        AcceptPlain(host);
      });
}

void Server::Impl::AcceptUnix(int host) {
  if (!HasRoom(host, [this, host] { AcceptUnix(host); })) return;
  hosts_[host]->local.async_accept(
      [this, host](error_code error, Unix::socket socket) {
        if (error) return;
        Adopt(std::move(socket), host, true);
        AcceptUnix(host);
      });
}

void Server::Impl::AcceptControl() {
  control_.async_accept([this](error_code error, Tcp::socket socket) {
    if (error) return;
    auto pointer = std::make_shared<ConnectionBase*>();
    auto ended = [this, pointer] { control_connections_.erase(*pointer); };
    auto connection = MakeConnection(std::move(socket), &handler_,
                                     {Peer{0, false}, true, ended});
    *pointer = connection.get();
    control_connections_.insert(connection.get());
    connection->Start(false);
    AcceptControl();
  });
}

void Server::Impl::CloseConnections(std::set<ConnectionBase*>* connections) {
  for (ConnectionBase* connection : std::set<ConnectionBase*>(*connections)) {
    connection->Abort();
  }
}

void Server::Impl::CloseHost(int host) {
  HostNetwork& network = *hosts_[host];
  error_code ignored;
  network.https.close(ignored);
  network.http.close(ignored);
  network.local.close(ignored);
  network.waiting.clear();
  if (!ports_[host].socket.empty()) ::unlink(ports_[host].socket.c_str());
  CloseConnections(&network.connections);
}

void Server::Impl::Arm(std::optional<absl::Time> due) {
  if (!due || engine_.world.clock.is_virtual()) return;
  timer_.expires_at(std::chrono::steady_clock::now() +
                    absl::ToChronoNanoseconds(*due - engine_.world.Now()));
  timer_.async_wait([](error_code) {});  // being woken is all it is for
}

void Server::Impl::Run() {
  auto work = asio::make_work_guard(io_);
  while (!stopping_) {
    Arm(engine_.Settle());
    io_.run_one();
    for (int i = 0; i < kMaxHandlersPerTurn && !stopping_; ++i) {
      if (io_.poll_one() == 0) break;
    }
  }
}

Server::Server(Engine* engine) : impl_(std::make_unique<Impl>(engine)) {}
Server::~Server() = default;

absl::Status Server::Bind(const Options& options) {
  return impl_->Bind(options);
}
absl::Status Server::UseCertificates(const PoolCertificates& certificates) {
  return impl_->UseCertificates(certificates);
}
absl::Status Server::BindControl(uint16_t port, ControlHandler handler) {
  return impl_->BindControl(port, std::move(handler));
}
uint16_t Server::control_port() const {
  error_code ignored;
  return impl_->control_.local_endpoint(ignored).port();
}
const std::vector<HostPorts>& Server::ports() const { return impl_->ports_; }
void Server::Run() { impl_->Run(); }
void Server::Stop() {
  Post([this] { impl_->stopping_ = true; });
}
void Server::Post(std::function<void()> work) {
  asio::post(impl_->io_, std::move(work));
}
void Server::CloseHost(int host) { impl_->CloseHost(host); }
absl::Status Server::OpenHost(int host) { return impl_->OpenHost(host); }

}  // namespace xapi_gateway::simulator
