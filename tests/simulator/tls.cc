#include "tests/simulator/tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace xapi_gateway::simulator {
namespace {

constexpr int kKeyBits = 2048;
constexpr long kValidSeconds = 10L * 365 * 24 * 3600;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

Key MakeKey() { return Key(EVP_RSA_gen(kKeyBits), EVP_PKEY_free); }

std::string Contents(const Bio& bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string ToPem(X509* certificate) {
  Bio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(bio.get(), certificate);
  return Contents(bio);
}

std::string ToPem(EVP_PKEY* key) {
  Bio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr,
                           nullptr);
  return Contents(bio);
}

void AddExtension(X509* certificate, X509* issuer, int id,
                  const std::string& text) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, id, text.c_str());
  if (!extension) return;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate MakeBlank(const std::string& name, long serial, EVP_PKEY* key) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

Certificate MakeAuthority(EVP_PKEY* key) {
  Certificate ca = MakeBlank("simulated pool authority", 1, key);
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(ca.get(), ca.get(), NID_key_usage,
               "critical,keyCertSign,cRLSign");
  AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  X509_sign(ca.get(), key, EVP_sha256());
  return ca;
}

Certificate MakeHost(const std::string& address, long serial, EVP_PKEY* key,
                     X509* ca, EVP_PKEY* ca_key) {
  Certificate certificate = MakeBlank(address, serial, key);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca));
  AddExtension(certificate.get(), ca, NID_basic_constraints,
               "critical,CA:FALSE");
  AddExtension(certificate.get(), ca, NID_ext_key_usage, "serverAuth");
  AddExtension(certificate.get(), ca, NID_authority_key_identifier, "keyid");
  AddExtension(certificate.get(), ca, NID_subject_alt_name,
               absl::StrCat("IP:", address, ",IP:127.0.0.1,DNS:localhost"));
  X509_sign(certificate.get(), ca_key, EVP_sha256());
  return certificate;
}

}  // namespace

absl::StatusOr<PoolCertificates> MakeCertificates(
    const std::vector<std::string>& addresses) {
  Key ca_key = MakeKey(), host_key = MakeKey();
  if (!ca_key || !host_key) {
    return absl::InternalError("OpenSSL could not make a key");
  }
  Certificate ca = MakeAuthority(ca_key.get());
  PoolCertificates made;
  made.ca_pem = ToPem(ca.get());
  std::string key_pem = ToPem(host_key.get());
  long serial = 1;
  for (const std::string& address : addresses) {
    Certificate certificate =
        MakeHost(address, ++serial, host_key.get(), ca.get(), ca_key.get());
    made.hosts.push_back({ToPem(certificate.get()), key_pem});
  }
  return made;
}

}  // namespace xapi_gateway::simulator
