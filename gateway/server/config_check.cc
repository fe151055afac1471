#include "gateway/server/config_check.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backend/http/endpoint.h"
#include "backend/http/event_loop.h"
#include "gateway/server/listen_address.h"
#include "gateway/server/server_tls.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

namespace pb = xenapi::gateway::v1;

constexpr size_t kMaxPoolNameBytes = 63;

void CheckReadable(const std::string& file, const std::string& path,
                   FaultList& faults) {
  if (file.empty() || access(file.c_str(), R_OK) == 0) return;
  faults.Add(path, absl::StrCat("the file \"", file, "\" cannot be read"));
}

bool AsksForCertificates(const pb::ServerTls& tls) {
  return tls.client_certificates() == pb::CLIENT_CERTIFICATES_OPTIONAL ||
         tls.client_certificates() == pb::CLIENT_CERTIFICATES_REQUIRED;
}

void CheckServerTls(const pb::ServerTls& tls, const std::string& path,
                    FaultList& faults) {
  CheckReadable(tls.cert_file(), FieldPath(path, "cert_file"), faults);
  CheckReadable(tls.key_file(), FieldPath(path, "key_file"), faults);
  CheckReadable(tls.client_ca_file(), FieldPath(path, "client_ca_file"),
                faults);
  if (AsksForCertificates(tls) && tls.client_ca_file().empty()) {
    faults.Add(FieldPath(path, "client_certificates"),
               "client_ca_file must say which certificates are valid");
  }
  if (faults.HasBelow(path)) return;
  const absl::Status certificates = CheckCertificates(tls);
  if (!certificates.ok()) {
    faults.Add(path, std::string(certificates.message()));
  }
}

void CheckListener(const pb::Listener& listener, const std::string& path,
                   FaultList& faults) {
  const absl::StatusOr<ListenAddress> address =
      ParseListenAddress(listener.address());
  if (!address.ok() && !listener.address().empty()) {
    faults.Add(FieldPath(path, "address"),
               std::string(address.status().message()));
  }
  const bool plain = listener.insecure() || listener.insecure_anywhere();
  if (listener.has_tls() == plain) {
    faults.Add(path, "exactly one of tls and insecure must be set");
  }
  if (address.ok() && !address->local && listener.insecure() &&
      !listener.insecure_anywhere()) {
    faults.Add(FieldPath(path, "insecure"),
               "allowed on loopback addresses and unix sockets alone; "
               "insecure_anywhere allows it here as well");
  }
  if (listener.has_tls()) {
    CheckServerTls(listener.tls(), FieldPath(path, "tls"), faults);
  }
}

bool IsPoolName(const std::string& name) {
  return name.size() <= kMaxPoolNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) ||
                  absl::StrContains("-_.", c);
         });
}

// A unix socket of xapi takes its peer for root, whatever the password.
bool NeedsPassword(const pb::Pool& pool) {
  return !std::all_of(
      pool.seeds().begin(), pool.seeds().end(),
      [](const std::string& seed) { return absl::StartsWith(seed, "unix:"); });
}

void CheckPassword(const pb::Pool& pool, const std::string& path,
                   FaultList& faults, LoadedConfig& loaded, PoolSetup& setup) {
  const int ways = (pool.password().empty() ? 0 : 1) +
                   (pool.password_file().empty() ? 0 : 1) +
                   (pool.password_env().empty() ? 0 : 1);
  if (ways > 1 || (ways == 0 && NeedsPassword(pool))) {
    faults.Add(path,
               "exactly one of password_file, password_env and password must "
               "be set");
    return;
  }
  if (!pool.password().empty()) {
    loaded.warnings.push_back(
        absl::StrCat(path,
                     ".password: a password in the configuration file "
                     "gets copied with it, prefer password_file"));
  }
  absl::StatusOr<std::string> password = ReadPassword(pool);
  if (!password.ok()) {
    faults.Add(FieldPath(path, pool.password_file().empty() ? "password_env"
                                                            : "password_file"),
               std::string(password.status().message()));
    return;
  }
  setup.options.identity.password = *std::move(password);
}

void CheckSeeds(const pb::Pool& pool, const std::string& path,
                FaultList& faults) {
  for (int i = 0; i < pool.seeds_size(); ++i) {
    const auto endpoint = http::Endpoint::Parse(pool.seeds(i));
    if (endpoint.ok()) continue;
    faults.Add(ElementPath(FieldPath(path, "seeds"), i),
               std::string(endpoint.status().message()));
  }
}

// The client itself knows best which options go together.
void CheckPoolTls(http::EventLoop& loop, const PoolSetup& setup,
                  const std::string& path, FaultList& faults,
                  LoadedConfig& loaded) {
  const auto client = http::Client::Create(&loop, setup.client);
  if (!client.ok()) {
    faults.Add(FieldPath(path, "tls"), std::string(client.status().message()));
  }
  if (setup.client.tls.insecure_skip_verify) {
    loaded.warnings.push_back(absl::StrCat(
        path,
        ".tls.verify: hosts are not verified, so that whoever stands in "
        "between can read the password"));
  }
}

void CheckPool(const pb::Pool& pool, const std::string& path, FaultList& faults,
               LoadedConfig& loaded, PoolSetup& setup) {
  if (!IsPoolName(pool.name())) {
    faults.Add(FieldPath(path, "name"),
               "expected at most 63 of a-z, 0-9, \"-\", \"_\" and \".\"");
  }
  CheckSeeds(pool, path, faults);
  CheckPassword(pool, path, faults, loaded, setup);
  if (setup.options.min_probe_delay > setup.options.max_probe_delay) {
    faults.Add(FieldPath(path, "timeouts.min_probe_delay"),
               "must not be longer than max_probe_delay");
  }
}

void CheckPools(const pb::Config& config, FaultList& faults,
                LoadedConfig& loaded) {
  const auto loop = http::EventLoop::Start();
  if (!loop.ok()) return faults.Add("", std::string(loop.status().message()));
  std::set<std::string> names;
  for (int i = 0; i < config.pools_size(); ++i) {
    const pb::Pool& pool = config.pools(i);
    const std::string path = ElementPath("pools", i);
    PoolSetup setup = MakePoolSetup(pool, config.replica());
    CheckPool(pool, path, faults, loaded, setup);
    CheckPoolTls(**loop, setup, path, faults, loaded);
    if (!names.insert(pool.name()).second) {
      faults.Add(FieldPath(path, "name"),
                 absl::StrCat("another pool is called \"", pool.name(), "\""));
    }
    loaded.pools.push_back(std::move(setup));
  }
}

bool Longer(const google::protobuf::Duration& a,
            const google::protobuf::Duration& b) {
  return a.seconds() > b.seconds() ||
         (a.seconds() == b.seconds() && a.nanos() > b.nanos());
}

void CheckCalls(const pb::Calls& calls, FaultList& faults) {
  if (Longer(calls.default_deadline(), calls.max_deadline())) {
    faults.Add("calls.default_deadline",
               "must not be longer than max_deadline");
  }
  if (calls.default_reply_bytes() > calls.max_reply_bytes()) {
    faults.Add("calls.default_reply_bytes",
               "must not be larger than max_reply_bytes");
  }
}

}  // namespace

void CheckConfig(const pb::Config& config, FaultList& faults,
                 LoadedConfig& loaded) {
  for (int i = 0; i < config.listen_size(); ++i) {
    CheckListener(config.listen(i), ElementPath("listen", i), faults);
  }
  CheckPools(config, faults, loaded);
  CheckCalls(config.calls(), faults);
}

}  // namespace xapi_gateway::server
