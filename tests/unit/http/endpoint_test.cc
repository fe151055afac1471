#include "backend/http/endpoint.h"

#include <string>

#include "gtest/gtest.h"

namespace xapi_gateway::http {
namespace {

TEST(EndpointTest, Parse) {
  struct Case {
    std::string text;
    std::string parsed;  // "" if invalid
  };
  const Case cases[] = {
      {"10.0.0.1", "https://10.0.0.1:443"},
      {"xen1.example:8443", "https://xen1.example:8443"},
      {"https://xen1.example", "https://xen1.example:443"},
      {"https://xen1.example/", "https://xen1.example:443"},
      {"http://xen1", "http://xen1:80"},
      {"http://xen1:8080", "http://xen1:8080"},
      {"[fd00::1]", "https://[fd00::1]:443"},
      {"http://[fd00::1]:81", "http://[fd00::1]:81"},
      {"[fe80::1%eth0]", "https://[fe80::1%eth0]:443"},
      {"unix:/var/lib/xcp/xapi", "unix:/var/lib/xcp/xapi"},
      {"", ""},
      {"https://", ""},
      {"xen1:0", ""},
      {"xen1:65536", ""},
      {"xen1:http", ""},
      {"xen1:", ""},
      {"fd00::1", ""},
      {"[fd00::1", ""},
      {"[fd00::1]x", ""},
      {"ftp://xen1", ""},
      {"https://root:pw@xen1", ""},
      {"https://xen1/path", ""},
      {"xen 1", ""},
      {"xen1\r\nx: y", ""},
      {"unix:relative", ""},
      {"unix:/" + std::string(107, 'x'), ""},
      {std::string(254, 'x'), ""},
  };
  for (const Case& c : cases) {
    auto endpoint = Endpoint::Parse(c.text);
    EXPECT_EQ(endpoint.ok() ? endpoint->text() : "", c.parsed) << c.text;
  }
}

TEST(EndpointTest, FromAddressOfXapi) {
  struct Case {
    std::string address;
    std::string like;
    std::string expected;  // "" if invalid
  };
  const Case cases[] = {
      {"10.0.0.2", "https://10.0.0.1:443", "https://10.0.0.2:443"},
      {"10.0.0.2", "http://10.0.0.1:8080", "http://10.0.0.2:8080"},
      {"10.0.0.2:81", "http://10.0.0.1:8080", "http://10.0.0.2:81"},
      {"xen2", "unix:/var/lib/xcp/xapi", "https://xen2:443"},
      {"fd00::2", "https://[fd00::1]:8443", "https://[fd00::2]:8443"},
      {"[fd00::2]", "https://10.0.0.1:443", "https://[fd00::2]:443"},
      {"[fd00::2]:81", "https://10.0.0.1:443", "https://[fd00::2]:81"},
      {"", "https://10.0.0.1:443", ""},
      {"a b", "https://10.0.0.1:443", ""},
      {"::bad host::", "https://10.0.0.1:443", ""},
  };
  for (const Case& c : cases) {
    auto endpoint = Endpoint::FromAddress(c.address, *Endpoint::Parse(c.like));
    EXPECT_EQ(endpoint.ok() ? endpoint->text() : "", c.expected) << c.address;
  }
}

}  // namespace
}  // namespace xapi_gateway::http
