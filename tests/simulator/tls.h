// Certificates for a pool: its own authority and one certificate per host.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_TLS_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_TLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace xapi_gateway::simulator {

struct HostCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

struct PoolCertificates {
  std::string ca_pem;
  std::vector<HostCertificate> hosts;
};

// Each certificate names its host's IP address, 127.0.0.1 and localhost. All
// hosts share one key, because making 64 would take seconds.
absl::StatusOr<PoolCertificates> MakeCertificates(
    const std::vector<std::string>& addresses);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_TLS_H_
