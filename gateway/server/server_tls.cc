#include "gateway/server/server_tls.h"

#include <grpcpp/security/server_credentials.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/server/pool_setup.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

namespace pb = xenapi::gateway::v1;

absl::Status Unfit(const std::string& file, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(
      absl::StrCat("the file \"", file, "\" ", what));
}

grpc_ssl_client_certificate_request_type Request(pb::ClientCertificates mode) {
  switch (mode) {
    case pb::CLIENT_CERTIFICATES_OPTIONAL:
      return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    case pb::CLIENT_CERTIFICATES_REQUIRED:
      return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    default:
      return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
  }
}

}  // namespace

absl::Status CheckCertificates(const pb::ServerTls& tls) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
      SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return absl::InternalError("OpenSSL has no memory");
  const std::string& cert = tls.cert_file();
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert.c_str()) != 1) {
    return Unfit(cert, "holds no certificate in PEM");
  }
  const std::string& key = tls.key_file();
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(),
                                  SSL_FILETYPE_PEM) != 1) {
    return Unfit(key, absl::StrCat("holds no private key in PEM that belongs "
                                   "to the certificate in \"",
                                   cert, "\""));
  }
  const std::string& ca = tls.client_ca_file();
  if (!ca.empty() &&
      SSL_CTX_load_verify_locations(context.get(), ca.c_str(), nullptr) != 1) {
    return Unfit(ca, "holds no CA certificates in PEM");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(
    const pb::ServerTls& tls) {
  absl::StatusOr<std::string> cert = ReadFile(tls.cert_file(), kMaxPemBytes);
  if (!cert.ok()) return cert.status();
  absl::StatusOr<std::string> key = ReadFile(tls.key_file(), kMaxPemBytes);
  if (!key.ok()) return key.status();
  grpc::SslServerCredentialsOptions options(Request(tls.client_certificates()));
  options.pem_key_cert_pairs.push_back({*std::move(key), *std::move(cert)});
  if (!tls.client_ca_file().empty()) {
    absl::StatusOr<std::string> ca =
        ReadFile(tls.client_ca_file(), kMaxPemBytes);
    if (!ca.ok()) return ca.status();
    options.pem_root_certs = *std::move(ca);
  }
  return grpc::SslServerCredentials(options);
}

}  // namespace xapi_gateway::server
