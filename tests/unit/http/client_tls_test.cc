#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "tests/testing/certificates.h"
#include "tests/testing/raw_http_server.h"
#include "tests/unit/http/client_fixture.h"

namespace xapi_gateway::http {
namespace {

using ::testing::HasSubstr;
using ::xapi_gateway::testing::Certificate;
using ::xapi_gateway::testing::MakeCertificate;
using ::xapi_gateway::testing::RawConnection;
using ::xapi_gateway::testing::RawHttpServer;
using ::xapi_gateway::testing::RawRequest;
using ::xapi_gateway::testing::RawServerOptions;

bool Echo(const RawRequest& request, RawConnection& connection) {
  return connection.Reply(request.body);
}

std::string WithColons(const std::string& hex) {
  std::vector<std::string> pairs;
  for (size_t i = 0; i < hex.size(); i += 2) pairs.push_back(hex.substr(i, 2));
  return absl::StrJoin(pairs, ":");
}

class ClientTlsTest : public ClientTest {
 protected:
  const Certificate by_address_ = MakeCertificate("127.0.0.1");
  const Certificate by_name_ = MakeCertificate("xen.example");
  const Certificate other_ = MakeCertificate("127.0.0.1");
};

TEST_F(ClientTlsTest, WhomItTrusts) {
  auto ca = [](const Certificate& c) {
    return TlsOptions{.ca_pem = c.certificate_pem};
  };
  auto pin = [](const std::string& hex) {
    return TlsOptions{.pinned_certificate_sha256 = hex};
  };
  auto key = [](const Certificate& c) {
    return TlsOptions{.pinned_public_key_sha256 = c.public_key_sha256_base64};
  };
  std::string ca_file = absl::StrCat(::testing::TempDir(), "http_test_ca.pem");
  std::ofstream(ca_file) << by_address_.certificate_pem;
  TlsOptions named = ca(by_name_);
  named.server_name = "xen.example";
  TlsOptions misnamed = named;
  misnamed.server_name = "other.example";
  TlsOptions key_and_ca = key(by_address_);
  key_and_ca.ca_pem = other_.certificate_pem;
  struct Case {
    std::string name;
    const Certificate& server;
    TlsOptions options;
    bool trusted;
  };
  const Case cases[] = {
      {"the system's CAs", by_address_, {}, false},
      {"right CA", by_address_, ca(by_address_), true},
      {"right CA from a file", by_address_, {.ca_file = ca_file}, true},
      {"wrong CA", by_address_, ca(other_), false},
      {"right CA, name is not the address", by_name_, ca(by_name_), false},
      {"right CA, asked for by name", by_name_, named, true},
      {"right CA, another name", by_name_, misnamed, false},
      {"pin", by_name_, pin(by_name_.sha256_hex), true},
      {"pin with colons", by_name_, pin(WithColons(by_name_.sha256_hex)), true},
      {"another pin", by_address_, pin(other_.sha256_hex), false},
      {"key pin", by_name_, key(by_name_), true},
      {"another key pin", by_address_, key(other_), false},
      {"key pin decides", by_address_, key_and_ca, true},
      {"no check", by_address_, {.insecure_skip_verify = true}, true},
  };
  for (const Case& c : cases) {
    RawServerOptions server_options;
    server_options.tls = &c.server;
    RawHttpServer server(server_options, Echo);
    ClientOptions options;
    options.tls = c.options;
    Open(options);
    for (int i = 0; i < 2; ++i) {
      Result result = Post(server.endpoint(), "hello");
      if (c.trusted) {
        EXPECT_EQ(BodyOf(result), "hello") << c.name;
      } else {
        Failure failure = FailureOf(result);
        EXPECT_EQ(failure.kind, Failure::Kind::kConnect) << c.name;
        EXPECT_FALSE(failure.maybe_sent) << c.name;
      }
    }
    EXPECT_EQ(server.requests().size(), c.trusted ? 2u : 0u) << c.name;
    if (c.trusted) {
      EXPECT_EQ(server.connections(), 1) << c.name;
    }
    client_.reset();
  }
}

TEST_F(ClientTlsTest, HandshakeThenEndIsNotAReply) {
  RawServerOptions server_options;
  server_options.tls = &by_address_;
  RawHttpServer server(server_options, [](const RawRequest&, RawConnection& c) {
    c.Reset();
    return false;
  });
  ClientOptions options;
  options.tls.ca_pem = by_address_.certificate_pem;
  Open(options);
  Failure failure = FailureOf(Post(server.endpoint()));
  EXPECT_EQ(failure.kind, Failure::Kind::kLost);
  EXPECT_TRUE(failure.maybe_sent);
}

TEST_F(ClientTlsTest, PlainServerIsNoTlsServer) {
  RawHttpServer server(Echo);
  Request request = MakeRequest("{}");
  request.connect_timeout = absl::Milliseconds(200);
  Failure failure = FailureOf(Send(
      absl::StrCat("https://127.0.0.1:", server.port()), std::move(request)));
  EXPECT_EQ(failure.kind, Failure::Kind::kConnect);
  EXPECT_FALSE(failure.maybe_sent);
}

TEST_F(ClientTlsTest, OptionsAreChecked) {
  struct Case {
    ClientOptions options;
    std::string message;
  };
  auto with = [](TlsOptions tls) {
    ClientOptions options;
    options.tls = std::move(tls);
    return options;
  };
  const Case cases[] = {
      {with({.ca_file = "a", .ca_pem = "b"}), "both a CA file"},
      {with({.ca_file = "/nonexistent"}), "cannot be read"},
      {with({.pinned_certificate_sha256 = "12ab"}), "64 hex digits"},
      {with({.pinned_public_key_sha256 = "12ab"}), "in base64"},
      {with({.ca_pem = "x", .insecure_skip_verify = true}), "switched off"},
      {{.user_agent = std::string(65, 'x')}, "User-Agent"},
      {{.max_connections_per_host = 0}, "at least one connection"},
  };
  for (const Case& c : cases) {
    auto client = Client::Create(loop_.get(), c.options);
    EXPECT_EQ(client.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(client.status().message()), HasSubstr(c.message));
  }
}

}  // namespace
}  // namespace xapi_gateway::http
