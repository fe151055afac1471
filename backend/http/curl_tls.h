// Applies TlsOptions to a curl handle. Internal to backend/http.
#ifndef BACKEND_HTTP_CURL_TLS_H_
#define BACKEND_HTTP_CURL_TLS_H_

#include <curl/curl.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "backend/http/tls_options.h"

namespace xapi_gateway::http {

// TlsOptions after validation. Immutable; handles refer to it.
class TlsSetup {
 public:
  // INVALID_ARGUMENT if the options contradict each other or are malformed.
  static absl::StatusOr<std::unique_ptr<const TlsSetup>> Create(
      const TlsOptions& options);

  // This object must outlive `easy`.
  void ApplyTo(CURL* easy) const;

  const std::string& server_name() const { return options_.server_name; }

 private:
  explicit TlsSetup(TlsOptions options) : options_(std::move(options)) {}

  static CURLcode InstallPin(CURL* easy, void* ssl_context, void* self);

  TlsOptions options_;
  std::string certificate_digest_;  // 32 bytes, or empty
  std::string public_key_pin_;      // "sha256//...", or empty
};

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_CURL_TLS_H_
