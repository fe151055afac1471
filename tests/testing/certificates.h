// Certificates made on the spot, so that none is stored and none expires.
#ifndef TESTS_TESTING_CERTIFICATES_H_
#define TESTS_TESTING_CERTIFICATES_H_

#include <string>

namespace xapi_gateway::testing {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
  std::string sha256_hex;                // of the certificate
  std::string public_key_sha256_base64;  // as in RFC 7469
};

// A self-signed certificate for `name`, a DNS name or an IPv4 or IPv6 address,
// that can be trusted as its own CA. Aborts if OpenSSL fails.
Certificate MakeCertificate(const std::string& name);

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_CERTIFICATES_H_
