#include "gateway/server/pool_setup.h"

#include <google/protobuf/duration.pb.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

namespace pb = xenapi::gateway::v1;

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

call::WireChoice FromProto(pb::Wire wire) {
  switch (wire) {
    case pb::WIRE_JSON:
      return call::WireChoice::kJsonRpc;
    case pb::WIRE_XML:
      return call::WireChoice::kXmlRpc;
    default:
      return call::WireChoice::kAuto;
  }
}

http::TlsOptions FromProto(const pb::PoolTls& tls) {
  http::TlsOptions options;
  options.ca_file = tls.ca_file();
  options.pinned_certificate_sha256 = tls.pinned_certificate_sha256();
  options.pinned_public_key_sha256 = tls.pinned_public_key_sha256();
  options.server_name = tls.server_name();
  options.insecure_skip_verify =
      tls.verify() == pb::VERIFY_INSECURE_ACCEPT_ANYTHING;
  return options;
}

void SetLimits(const pb::PoolLimits& limits, call::PoolOptions& options) {
  options.max_concurrent_calls = limits.concurrent_calls();
  options.max_queued_calls = limits.queued_calls();
  options.max_sessions_per_identity = limits.sessions_per_identity();
  options.max_identities = limits.identities();
  options.max_reply_bytes = static_cast<size_t>(limits.reply_bytes());
}

void SetTimeouts(const pb::PoolTimeouts& timeouts, call::PoolOptions& options) {
  options.coordinator_wait = FromProto(timeouts.coordinator_wait());
  options.connect_timeout = FromProto(timeouts.connect());
  options.login_timeout = FromProto(timeouts.login());
  options.min_probe_delay = FromProto(timeouts.min_probe_delay());
  options.max_probe_delay = FromProto(timeouts.max_probe_delay());
  options.silence_before_check = FromProto(timeouts.silence_before_check());
  options.session_idle = FromProto(timeouts.session_idle());
}

}  // namespace

PoolSetup MakePoolSetup(const pb::Pool& pool, const std::string& replica) {
  PoolSetup setup;
  setup.options.name = pool.name();
  setup.options.seeds.assign(pool.seeds().begin(), pool.seeds().end());
  setup.options.identity.key = absl::StrCat("pool:", pool.user());
  setup.options.identity.user = pool.user();
  setup.options.originator = pool.originator().empty()
                                 ? absl::StrCat("xapi-gateway/", replica)
                                 : pool.originator();
  setup.options.pool_uuid = pool.uuid();
  setup.options.wire = FromProto(pool.wire());
  SetLimits(pool.limits(), setup.options);
  SetTimeouts(pool.timeouts(), setup.options);
  setup.client.tls = FromProto(pool.tls());
  setup.client.user_agent = absl::StrCat("xapi-gateway/", XAPI_GATEWAY_VERSION);
  // Room for the checks of a host beside all calls there may be.
  setup.client.max_connections_per_host = 2 * pool.limits().concurrent_calls();
  return setup;
}

absl::StatusOr<std::string> ReadPassword(const pb::Pool& pool) {
  if (!pool.password_file().empty()) {
    absl::StatusOr<std::string> text =
        ReadFile(pool.password_file(), kMaxPasswordBytes);
    if (!text.ok()) return text;
    return std::string(absl::StripSuffix(absl::StripSuffix(*text, "\n"), "\r"));
  }
  if (pool.password_env().empty()) return pool.password();
  const char* value = std::getenv(pool.password_env().c_str());
  if (value != nullptr) return std::string(value);
  return absl::NotFoundError(absl::StrCat("the environment variable ",
                                          pool.password_env(), " is not set"));
}

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t max_bytes) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(max_bytes + 1, '\0');
  if (!file || !(file.read(text.data(), text.size()) || file.eof())) {
    return absl::ErrnoToStatus(
        errno == 0 ? EIO : errno,
        absl::StrCat("the file \"", path, "\" cannot be read"));
  }
  text.resize(file.gcount());
  if (text.size() > max_bytes) {
    return absl::OutOfRangeError(absl::StrCat(
        "the file \"", path, "\" is longer than ", max_bytes, " bytes"));
  }
  return text;
}

}  // namespace xapi_gateway::server
