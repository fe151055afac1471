#include "tests/testing/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace xapi_gateway::testing {
namespace {

constexpr long kValidSeconds = 24 * 60 * 60;

void Require(bool fine) {
  if (!fine) std::abort();
}

bool IsAddress(const std::string& name) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
  bool is_address = address != nullptr;
  ASN1_OCTET_STRING_free(address);
  return is_address;
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  Require(extension != nullptr && X509_add_ext(certificate, extension, -1));
  X509_EXTENSION_free(extension);
}

template <typename Write>
std::string ToPem(Write write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  Require(write(bio.get()));
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, size);
}

std::string PublicKeyPin(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  int size = i2d_PUBKEY(key, &der);
  Require(size > 0);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(der, size, digest);
  OPENSSL_free(der);
  return absl::Base64Escape(
      std::string(reinterpret_cast<char*>(digest), sizeof(digest)));
}

std::string CertificatePin(X509* certificate) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  unsigned int size = 0;
  Require(X509_digest(certificate, EVP_sha256(), digest, &size));
  return absl::BytesToHexString(
      std::string(reinterpret_cast<char*>(digest), size));
}

}  // namespace

Certificate MakeCertificate(const std::string& name) {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                          EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  X509* certificate = made.get();
  Require(key != nullptr && certificate != nullptr);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), rand());
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kValidSeconds);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(
      subject, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_set_pubkey(certificate, key.get());
  AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate, NID_subject_alt_name,
               absl::StrCat(IsAddress(name) ? "IP:" : "DNS:", name));
  Require(X509_sign(certificate, key.get(), EVP_sha256()) != 0);
  Certificate result;
  result.certificate_pem = ToPem(
      [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate) == 1; });
  result.key_pem = ToPem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0,
                                    nullptr, nullptr) == 1;
  });
  result.sha256_hex = CertificatePin(certificate);
  result.public_key_sha256_base64 = PublicKeyPin(key.get());
  return result;
}

}  // namespace xapi_gateway::testing
