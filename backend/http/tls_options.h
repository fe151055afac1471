// How a client checks that the host it talks to is the right one.
#ifndef BACKEND_HTTP_TLS_OPTIONS_H_
#define BACKEND_HTTP_TLS_OPTIONS_H_

#include <string>

namespace xapi_gateway::http {

// TLS of connections to xapi; 1.2 at least. By default the certificate must
// chain to a CA of the system and carry the host's name or address.
struct TlsOptions {
  // PEM file with the CAs to trust instead of the system's; or the PEM itself.
  // At most one of the two.
  std::string ca_file;
  std::string ca_pem;
  // SHA-256 of the one certificate (DER) to accept, as 64 hex digits with or
  // without colons. Self-signed certificates, which xapi makes by default, are
  // accepted by it: chain and name are then not checked.
  std::string pinned_certificate_sha256;
  // SHA-256 of the public key (SubjectPublicKeyInfo), base64 as in RFC 7469,
  // checked like the certificate's.
  std::string pinned_public_key_sha256;
  // Name to ask for (SNI) and to check instead of the host's; hosts are often
  // addressed by IP, which certificates seldom carry.
  std::string server_name;
  // Accepts any certificate: whoever sits between can read the password.
  bool insecure_skip_verify = false;
};

}  // namespace xapi_gateway::http

#endif  // BACKEND_HTTP_TLS_OPTIONS_H_
