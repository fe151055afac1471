#include "tests/simulator/pool.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "tests/simulator/control.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/events.h"
#include "tests/simulator/plausible.h"
#include "tests/simulator/server.h"
#include "tests/simulator/tls.h"
#include "tests/simulator/transitions.h"

namespace xapi_gateway::simulator {
namespace {

// A trusted call that takes longer hangs, as calls to a dead coordinator do.
constexpr absl::Duration kMaxCallTime = absl::Seconds(60);

std::vector<std::string> Addresses(const Options& options,
                                   const std::vector<HostPorts>& ports) {
  std::vector<std::string> addresses;
  for (const HostPorts& host : ports) {
    bool bare = options.addressing == Addressing::kIp;
    uint16_t port = options.tls ? host.https : host.http;
    addresses.push_back(bare ? host.ip : absl::StrCat(host.ip, ":", port));
  }
  return addresses;
}

}  // namespace

class Pool::Impl {
 public:
  Impl(Options options, std::shared_ptr<const Model> model)
      : engine(std::move(options), std::move(model)), server(&engine) {}

  ~Impl() {
    if (!thread.joinable()) return;
    server.Stop();
    thread.join();
  }

  // Runs work on the pool's thread and waits for it.
  template <typename Work>
  auto Do(Work work) const {
    using T = decltype(work());
    absl::Notification done;
    auto& self = const_cast<Impl&>(*this);
    if constexpr (std::is_void_v<T>) {
      self.server.Post([&] {
        work();
        done.Notify();
      });
      done.WaitForNotification();
    } else {
      std::optional<T> result;
      self.server.Post([&] {
        result.emplace(work());
        done.Notify();
      });
      done.WaitForNotification();
      return *std::move(result);
    }
  }

  absl::Status StartUp();

  Engine engine;
  Server server;
  std::thread thread;
  std::string ca_pem;
  Pool* pool = nullptr;
};

absl::Status Pool::Impl::StartUp() {
  const Options& options = engine.world.options;
  absl::Status status = server.Bind(options);
  if (!status.ok()) return status;
  std::vector<std::string> ips;
  for (const HostPorts& ports : server.ports()) ips.push_back(ports.ip);
  if (options.tls) {
    absl::StatusOr<PoolCertificates> certificates = MakeCertificates(ips);
    if (!certificates.ok()) return certificates.status();
    ca_pem = certificates->ca_pem;
    status = server.UseCertificates(*certificates);
    if (!status.ok()) return status;
  }
  if (options.control_port >= 0) {
    status = server.BindControl(
        static_cast<uint16_t>(options.control_port),
        [this](const std::string& method, const std::string& path,
               const std::string& body) {
          return HandleControl(engine, method, path, body);
        });
    if (!status.ok()) return status;
  }
  engine.Begin(Addresses(options, server.ports()));
  engine.world.open_host = [this](int host) {
    // The port was this host's before; that it is gone shows in its refusal.
    server.OpenHost(host).IgnoreError();
  };
  engine.world.close_host = [this](int host) { server.CloseHost(host); };
  thread = std::thread([this] { server.Run(); });
  return absl::OkStatus();
}

Pool::Pool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pool::~Pool() = default;

absl::StatusOr<std::unique_ptr<Pool>> Pool::Start(Options options) {
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::BuiltIn();
  if (!model.ok()) return model.status();
  auto impl = std::make_unique<Impl>(std::move(options), *std::move(model));
  absl::Status status = impl->StartUp();
  if (!status.ok()) return status;
  return std::unique_ptr<Pool>(new Pool(std::move(impl)));
}

int Pool::hosts() const { return impl_->engine.world.options.hosts; }

Endpoint Pool::host(int index) const {
  return impl_->Do([&] {
    return DescribeHost(impl_->engine, impl_->server.ports(), index);
  });
}

int Pool::coordinator() const {
  return impl_->Do([&] { return impl_->engine.world.coordinator; });
}

const std::string& Pool::ca_pem() const { return impl_->ca_pem; }

uint16_t Pool::control_port() const { return impl_->server.control_port(); }

void Pool::Kill(int host) {
  impl_->Do([&] { StopHost(impl_->engine.world, host); });
}

absl::Status Pool::Revive(int host) {
  return impl_->Do([&] {
    StartHost(impl_->engine.world, host);
    return absl::OkStatus();
  });
}

void Pool::RestartHost(int host, absl::Duration down) {
  impl_->Do([&] { simulator::RestartHost(impl_->engine.world, host, down); });
}

void Pool::Hang(int host, bool hung) {
  impl_->Do([&] { impl_->engine.world.hosts[host].hung = hung; });
}

void Pool::SetEmergency(int host, std::vector<std::string> error) {
  impl_->Do([&] { impl_->engine.world.hosts[host].emergency = Error{error}; });
}

void Pool::BackUp(int host) {
  impl_->Do([&] {
    World& world = impl_->engine.world;
    world.hosts[host].backup = std::make_shared<Database>(*world.db);
  });
}

absl::Status Pool::FailOver(int host) {
  return impl_->Do([&]() -> absl::Status {
    return simulator::FailOver(impl_->engine.world, host);
  });
}

int64_t Pool::AddFault(FaultRule rule) {
  return impl_->Do([&] { return impl_->engine.faults.Add(rule); });
}

void Pool::RemoveFault(int64_t id) {
  impl_->Do([&] { impl_->engine.faults.Remove(id); });
}

void Pool::ClearFaults() {
  impl_->Do([&] { impl_->engine.faults.Clear(); });
}

absl::Status Pool::PrescribeResult(const std::string& method,
                                   absl::string_view result, int times) {
  return impl_->Do([&] {
    return simulator::PrescribeResult(impl_->engine, method, result, times);
  });
}

void Pool::PrescribeError(const std::string& method,
                          std::vector<std::string> error, int times) {
  impl_->Do([&] {
    impl_->engine.dispatcher.scripts().Set(method, Error{error}, times);
  });
}

void Pool::ClearPrescriptions() {
  impl_->Do([&] { impl_->engine.dispatcher.scripts().Clear(); });
}

std::vector<RecordedCall> Pool::history(int64_t after) const {
  return impl_->Do(
      [&] { return impl_->engine.dispatcher.history().After(after); });
}

void Pool::ClearHistory() {
  impl_->Do([&] { impl_->engine.dispatcher.history().Clear(); });
}

absl::Status Pool::AdvanceClock(absl::Duration by) {
  return impl_->Do([&]() -> absl::Status {
    if (!impl_->engine.world.clock.is_virtual()) {
      return absl::FailedPreconditionError("the pool's clock is a real one");
    }
    impl_->engine.Advance(by);
    return absl::OkStatus();
  });
}

absl::Time Pool::now() const {
  return impl_->Do([&] { return impl_->engine.world.Now(); });
}

void Pool::SetChurn(double changes_per_second) {
  impl_->Do([&] {
    impl_->engine.world.options.churn_per_second = changes_per_second;
  });
}

size_t Pool::sessions() const {
  return impl_->Do([&] { return impl_->engine.world.sessions.size(); });
}

size_t Pool::waiting_for_events() const {
  return impl_->Do([&] { return impl_->engine.world.events->waiting(); });
}

int64_t Pool::generation() const {
  return impl_->Do([&] { return impl_->engine.world.db->generation(); });
}

absl::StatusOr<std::string> Pool::Call(const std::string& method,
                                       absl::string_view args_json, int host) {
  // Shared, since an answer may come after this call gave up.
  struct Waiting {
    absl::Notification done;
    absl::StatusOr<std::string> result = absl::DeadlineExceededError("hangs");
  };
  auto waiting = std::make_shared<Waiting>();
  std::string args(args_json);
  impl_->server.Post([this, waiting, method, args, host] {
    CallTrusted(impl_->engine, method, args, host,
                [waiting](absl::StatusOr<std::string> answer) {
                  waiting->result = std::move(answer);
                  waiting->done.Notify();
                });
  });
  if (!waiting->done.WaitForNotificationWithTimeout(kMaxCallTime)) {
    return absl::DeadlineExceededError(method + " did not answer");
  }
  return waiting->result;
}

std::string Pool::ReadyJson(const std::string& ca_file) const {
  return impl_->Do([&] {
    return DescribePool(impl_->engine, impl_->server.ports(),
                        impl_->server.control_port(), ca_file);
  });
}

}  // namespace xapi_gateway::simulator
