#include "gateway/server/gateway.h"

#include <google/protobuf/duration.pb.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <malloc.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/rpc/environment.h"
#include "gateway/rpc/generic_service.h"
#include "gateway/rpc/reflection_index.h"
#include "gateway/rpc/reflection_stream.h"
#include "gateway/server/call_log.h"
#include "gateway/server/health.h"
#include "gateway/server/listen_address.h"
#include "gateway/server/pools.h"
#include "gateway/server/server_tls.h"
#include "proto/embedded_descriptors.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

namespace pb = xenapi::gateway::v1;

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

rpc::Limits MakeLimits(const pb::Calls& calls) {
  rpc::Limits limits;
  limits.deadlines.default_deadline = FromProto(calls.default_deadline());
  limits.deadlines.max_deadline = FromProto(calls.max_deadline());
  limits.default_reply_bytes = static_cast<size_t>(calls.default_reply_bytes());
  limits.max_reply_bytes = static_cast<size_t>(calls.max_reply_bytes());
  return limits;
}

class GatewayImpl final : public Gateway {
 public:
  GatewayImpl(LoadedConfig config, Log* log)
      : config_(std::move(config)),
        log_(log),
        workers_(config_.config->calls().decode_threads()),
        service_(environment_) {}

  ~GatewayImpl() override {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  // In this order; each part needs those before it.
  absl::Status Start() {
    absl::Status status = LoadProgram();
    if (status.ok()) status = StartPools();
    if (status.ok()) status = Listen();
    // What was only needed for compiling goes back to the system.
    malloc_trim(0);
    return status;
  }

  const std::vector<std::string>& addresses() const override {
    return addresses_;
  }

  void ReportProblems() override {
    for (const rpc::PoolEntry& entry : directory_->pools()) {
      const call::PoolState state = entry.pool->state();
      if (state.phase == call::PoolState::Phase::kConnected) continue;
      LogPool(*log_, entry.name, state);
    }
  }

  void Stop() override {
    const absl::Duration drain = FromProto(config_.config->drain_time());
    health_->Drain();
    server_->Shutdown(absl::ToChronoTime(absl::Now() + drain));
    server_->Wait();
    for (const std::string& problem :
         pools_.Shutdown(absl::Now() + kLogoutTime)) {
      log_->Write(Level::kWarn, "logout", {{"problem", problem}});
    }
  }

 private:
  absl::Status LoadProgram() {
    auto table = transcode::BindingTable::Compile(DescriptorSet());
    if (!table.ok()) return table.status();
    auto errors = rpc::ErrorCatalog::Parse(ErrorTable(), ErrorTexts());
    if (!errors.ok()) return errors.status();
    auto index = rpc::ReflectionIndex::Create(DescriptorSet());
    if (!index.ok()) return index.status();
    table_ = *std::move(table);
    errors_ = *std::move(errors);
    index_ = *std::move(index);
    rpc::AddReflection(*index_, service_);
    health_ = std::make_unique<Health>(std::vector<std::string>(
        index_->services().begin(), index_->services().end()));
    return absl::OkStatus();
  }

  absl::Status StartPools() {
    for (const PoolSetup& setup : config_.pools) {
      const absl::Status added = pools_.Add(
          setup, [this](const std::string& name, const call::PoolState& state) {
            LogPool(*log_, name, state);
            health_->SetPool(name,
                             state.phase == call::PoolState::Phase::kConnected);
          });
      if (!added.ok()) {
        return absl::Status(added.code(), absl::StrCat(setup.options.name, ": ",
                                                       added.message()));
      }
    }
    directory_ = std::make_unique<rpc::PoolDirectory>(pools_.entries());
    environment_.table = table_.get();
    environment_.errors = errors_.get();
    environment_.pools = directory_.get();
    environment_.workers = &workers_;
    environment_.limits = MakeLimits(config_.config->calls());
    environment_.report = [this](const rpc::CallReport& report) {
      LogCall(*log_, report);
    };
    return absl::OkStatus();
  }

  absl::Status Listen() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    // A second gateway on the same port is a mistake, not a way to share it.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(kMaxReceiveBytes);
    builder.SetMaxSendMessageSize(-1);
    builder.RegisterCallbackGenericService(&service_);
    std::vector<int> ports(config_.config->listen_size(), 0);
    for (int i = 0; i < config_.config->listen_size(); ++i) {
      const absl::Status added =
          AddListener(config_.config->listen(i), builder, &ports[i]);
      if (!added.ok()) return added;
    }
    server_ = builder.BuildAndStart();
    const absl::Status bound = NoteAddresses(ports);
    if (bound.ok()) health_->Attach(server_->GetHealthCheckService());
    return bound;
  }

  absl::Status AddListener(const pb::Listener& listener,
                           grpc::ServerBuilder& builder, int* port) {
    auto credentials = grpc::InsecureServerCredentials();
    if (listener.has_tls()) {
      auto made = MakeCredentials(listener.tls());
      if (!made.ok()) return made.status();
      credentials = *std::move(made);
    }
    builder.AddListeningPort(listener.address(), std::move(credentials), port);
    return absl::OkStatus();
  }

  absl::Status NoteAddresses(const std::vector<int>& ports) {
    for (size_t i = 0; i < ports.size(); ++i) {
      const pb::Listener& listener = config_.config->listen(i);
      if (server_ == nullptr || ports[i] == 0) {
        return absl::UnavailableError(
            absl::StrCat("cannot listen on ", listener.address()));
      }
      const auto address = ParseListenAddress(listener.address());
      addresses_.push_back(address->Text(ports[i]));
    }
    return absl::OkStatus();
  }

  // Destroyed from the last to the first: the server before what it calls.
  const LoadedConfig config_;
  Log* const log_;
  std::unique_ptr<const transcode::BindingTable> table_;
  std::unique_ptr<const rpc::ErrorCatalog> errors_;
  std::unique_ptr<const rpc::ReflectionIndex> index_;
  std::unique_ptr<Health> health_;
  Pools pools_;
  std::unique_ptr<rpc::PoolDirectory> directory_;
  rpc::DecodeWorkers workers_;
  rpc::Environment environment_;
  rpc::GenericService service_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(LoadedConfig config,
                                                        Log* log) {
  auto gateway = std::make_unique<GatewayImpl>(std::move(config), log);
  const absl::Status status = gateway->Start();
  if (!status.ok()) return status;
  return std::unique_ptr<Gateway>(std::move(gateway));
}

}  // namespace xapi_gateway::server
