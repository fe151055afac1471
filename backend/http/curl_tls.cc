#include "backend/http/curl_tls.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace xapi_gateway::http {
namespace {

constexpr size_t kSha256Bytes = 32;

absl::StatusOr<std::string> ParseCertificatePin(const std::string& pin) {
  std::string hex = absl::StrReplaceAll(pin, {{":", ""}});
  bool valid = hex.size() == 2 * kSha256Bytes &&
               std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit);
  if (!valid) {
    return absl::InvalidArgumentError(absl::StrCat(
        "pinned certificate \"", pin, "\" is not a SHA-256 of 64 hex digits"));
  }
  return absl::HexStringToBytes(hex);
}

absl::StatusOr<std::string> ParsePublicKeyPin(const std::string& pin) {
  std::string digest;
  if (!absl::Base64Unescape(pin, &digest) || digest.size() != kSha256Bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "pinned public key \"", pin, "\" is not a SHA-256 in base64"));
  }
  return absl::StrCat("sha256//", pin);
}

// Takes the place of OpenSSL's check of the chain: the pin says more.
int MatchPinnedCertificate(X509_STORE_CTX* context, void* digest) {
  const std::string& pinned = *static_cast<const std::string*>(digest);
  unsigned char actual[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  X509* leaf = X509_STORE_CTX_get0_cert(context);
  bool matches =
      leaf != nullptr && X509_digest(leaf, EVP_sha256(), actual, &size) == 1 &&
      size == pinned.size() &&
      std::equal(pinned.begin(), pinned.end(), reinterpret_cast<char*>(actual));
  X509_STORE_CTX_set_error(
      context, matches ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return matches ? 1 : 0;
}

absl::Status CheckOptions(const TlsOptions& options) {
  if (!options.ca_file.empty() && !options.ca_pem.empty()) {
    return absl::InvalidArgumentError("both a CA file and a CA in PEM given");
  }
  if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("CA file \"", options.ca_file, "\" cannot be read"));
  }
  bool checks = !options.ca_file.empty() || !options.ca_pem.empty() ||
                !options.pinned_certificate_sha256.empty() ||
                !options.pinned_public_key_sha256.empty();
  if (options.insecure_skip_verify && checks) {
    return absl::InvalidArgumentError(
        "TLS verification is switched off, but a CA or pin is given");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<const TlsSetup>> TlsSetup::Create(
    const TlsOptions& options) {
  absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  auto setup = absl::WrapUnique(new TlsSetup(options));
  if (!options.pinned_certificate_sha256.empty()) {
    auto digest = ParseCertificatePin(options.pinned_certificate_sha256);
    if (!digest.ok()) return digest.status();
    setup->certificate_digest_ = *std::move(digest);
  }
  if (!options.pinned_public_key_sha256.empty()) {
    auto pin = ParsePublicKeyPin(options.pinned_public_key_sha256);
    if (!pin.ok()) return pin.status();
    setup->public_key_pin_ = *std::move(pin);
  }
  return setup;
}

CURLcode TlsSetup::InstallPin(CURL*, void* ssl_context, void* self) {
  const std::string& digest =
      static_cast<const TlsSetup*>(self)->certificate_digest_;
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(ssl_context),
                                   MatchPinnedCertificate,
                                   const_cast<std::string*>(&digest));
  return CURLE_OK;
}

void TlsSetup::ApplyTo(CURL* easy) const {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  bool by_certificate = !certificate_digest_.empty();
  bool by_chain = !options_.insecure_skip_verify && !by_certificate &&
                  public_key_pin_.empty();
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER,
                   long{by_chain || by_certificate});
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, by_chain ? 2L : 0L);
  if (!public_key_pin_.empty()) {
    curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, public_key_pin_.c_str());
  }
  if (by_certificate) {
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, InstallPin);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, this);
  }
  if (!by_chain || !options_.ca_pem.empty()) {
    // Without this the system's CAs are read for every connection.
    curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  } else if (!options_.ca_pem.empty()) {
    curl_blob blob = {const_cast<char*>(options_.ca_pem.data()),
                      options_.ca_pem.size(), CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
}

}  // namespace xapi_gateway::http
