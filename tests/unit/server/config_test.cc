#include "gateway/server/config.h"

#include <unistd.h>

#include <fstream>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "gateway/server/config_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "xenapi/gateway/v1/config.pb.h"

namespace xapi_gateway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The faults of `text`, or "" and what was loaded.
std::string Faults(const std::string& text, LoadedConfig* loaded = nullptr) {
  auto result = LoadConfig(text);
  if (auto* faults = std::get_if<std::vector<ConfigFault>>(&result)) {
    return FormatFaults("f", *faults);
  }
  if (loaded != nullptr) *loaded = std::get<LoadedConfig>(std::move(result));
  return "";
}

constexpr char kMinimal[] = R"(
listen:
- {address: "127.0.0.1:0", insecure: true}
pools:
- {name: lab, seeds: [10.0.0.1], password: geheim}
)";

TEST(ConfigTest, TakesDefaults) {
  LoadedConfig loaded;
  ASSERT_EQ(Faults(kMinimal, &loaded), "");
  ASSERT_EQ(loaded.pools.size(), 1u);
  const PoolSetup& setup = loaded.pools[0];
  EXPECT_EQ(setup.options.name, "lab");
  EXPECT_EQ(setup.options.identity.user, "root");
  EXPECT_EQ(setup.options.identity.password, "geheim");
  EXPECT_EQ(setup.options.originator,
            absl::StrCat("xapi-gateway/", loaded.config->replica()));
  EXPECT_EQ(loaded.config->calls().default_deadline().seconds(), 60);
  EXPECT_EQ(loaded.config->calls().default_reply_bytes(), 4 << 20);
  // What the schema promises and what the backend assumes are the same.
  const call::PoolOptions expected;
  EXPECT_EQ(setup.options.max_concurrent_calls, expected.max_concurrent_calls);
  EXPECT_EQ(setup.options.max_queued_calls, expected.max_queued_calls);
  EXPECT_EQ(setup.options.max_sessions_per_identity,
            expected.max_sessions_per_identity);
  EXPECT_EQ(setup.options.max_identities, expected.max_identities);
  EXPECT_EQ(setup.options.max_reply_bytes, expected.max_reply_bytes);
  EXPECT_EQ(setup.options.coordinator_wait, expected.coordinator_wait);
  EXPECT_EQ(setup.options.connect_timeout, expected.connect_timeout);
  EXPECT_EQ(setup.options.login_timeout, expected.login_timeout);
  EXPECT_EQ(setup.options.min_probe_delay, expected.min_probe_delay);
  EXPECT_EQ(setup.options.max_probe_delay, expected.max_probe_delay);
  EXPECT_EQ(setup.options.silence_before_check, expected.silence_before_check);
  EXPECT_EQ(setup.options.session_idle, expected.session_idle);
}

TEST(ConfigTest, ReadsJson) {
  LoadedConfig loaded;
  ASSERT_EQ(Faults(R"({"listen": [{"address": "unix:/tmp/s", "insecure": true}],
                       "pools": [{"name": "lab", "seeds": ["unix:/x"],
                                  "wire": "xml",
                                  "limits": {"queued_calls": 0}}],
                       "drain_time": "1m30s"})",
                   &loaded),
            "");
  EXPECT_EQ(loaded.config->drain_time().seconds(), 90);
  EXPECT_EQ(loaded.pools[0].options.wire, call::WireChoice::kXmlRpc);
  EXPECT_EQ(loaded.pools[0].options.max_queued_calls, 0);
}

TEST(ConfigTest, ReportsAllFaultsAtOnce) {
  EXPECT_EQ(
      Faults(R"(listen:
- address: 0.0.0.0:1
  insecure: true
- tls: {cert_file: /nope}
pools:
- name: Bad Name
  seeds: ["https://"]
  timeouts: {connect: soon, min_probe_delay: 5s}
  limits:
    concurrent_calls: 100000
    queued_calls: 1
    queued_calls: 3
  wire: soap
  colour: red
- seeds: 3
  password: a
  password_env: X
  tls: {pinned_certificate_sha256: abc}
calls: {default_deadline: 2h}
log: json
)"),
      R"(f:3: listen[0].insecure: allowed on loopback addresses and unix sockets alone; insecure_anywhere allows it here as well
f:4: listen[1].address: is required
f:4: listen[1].tls.key_file: is required
f:4: listen[1].tls.cert_file: the file "/nope" cannot be read
f:6: pools[0].name: expected at most 63 of a-z, 0-9, "-", "_" and "."
f:6: pools[0]: exactly one of password_file, password_env and password must be set
f:7: pools[0].seeds[0]: endpoint "https://": no host
f:8: pools[0].timeouts.connect: expected a duration such as 250ms, 30s or 1h30m, got "soon"
f:8: pools[0].timeouts.min_probe_delay: must not be longer than max_probe_delay
f:10: pools[0].limits.concurrent_calls: expected a value from 1 to 512, got "100000"
f:12: pools[0].limits.queued_calls: the field is there twice
f:13: pools[0].wire: expected one of auto, json, xml, got "soap"
f:14: pools[0].colour: there is no such field
f:15: pools[1].seeds: expected a list
f:15: pools[1].name: is required
f:15: pools[1]: exactly one of password_file, password_env and password must be set
f:18: pools[1].tls: pinned certificate "abc" is not a SHA-256 of 64 hex digits
f:19: calls.default_deadline: must not be longer than max_deadline
f:20: log: expected named fields
)");
}

struct FaultCase {
  std::string text;   // added to a pool or a listener
  std::string fault;  // part of what is reported
};

TEST(ConfigTest, FindsFaultsOfListeners) {
  for (const FaultCase& c : {
           FaultCase{"address: 127.0.0.1, insecure: true",
                     "expected host:port"},
           FaultCase{"address: \"::1:80\", insecure: true",
                     "expected host:port"},
           FaultCase{"address: \"127.0.0.1:70000\", insecure: true",
                     "expected host:port"},
           FaultCase{"address: unix:relative, insecure: true",
                     "expected host:port"},
           FaultCase{"address: \"127.0.0.1:1\"",
                     "exactly one of tls and insecure"},
           FaultCase{"address: \"127.0.0.1:1\", insecure: maybe",
                     "expected true or false"},
           FaultCase{"address: \"10.0.0.1:1\", insecure: true",
                     "loopback addresses"},
           FaultCase{"address: \"127.0.0.1:1\", insecure: true, tls: "
                     "{cert_file: a, key_file: b}",
                     "exactly one of tls and insecure"},
           FaultCase{"address: \"1.2.3.4:1\", tls: {cert_file: a, key_file: b, "
                     "client_certificates: required}",
                     "client_ca_file must say"},
       }) {
    EXPECT_THAT(Faults(absl::StrCat("listen: [{", c.text, "}]\n")),
                HasSubstr(c.fault))
        << c.text;
  }
  for (const char* good : {"address: \"[::1]:0\", insecure: true",
                           "address: \"localhost:1\", insecure: true",
                           "address: \"unix:/tmp/x\", insecure: true",
                           "address: \"0.0.0.0:1\", insecure_anywhere: true"}) {
    EXPECT_THAT(Faults(absl::StrCat("listen: [{", good, "}]\n")),
                Not(HasSubstr("listen")));
  }
}

TEST(ConfigTest, FindsFaultsOfFiles) {
  EXPECT_EQ(Faults(""), "f: listen: is required\nf: pools: is required\n");
  EXPECT_THAT(Faults("listen: ["), HasSubstr("neither YAML nor JSON"));
  EXPECT_THAT(Faults("- a\n"), HasSubstr("f:1: expected named fields"));
  EXPECT_THAT(Faults(absl::StrCat(kMinimal, "pools: []\n")),
              HasSubstr("pools: the field is there twice"));
}

TEST(ConfigTest, ReadsPasswordsFromFiles) {
  const std::string file =
      absl::StrCat(::testing::TempDir(), "/password-", getpid());
  std::ofstream(file) << "pa ss\n";
  LoadedConfig loaded;
  const std::string pool =
      "listen: [{address: \"[::1]:0\", insecure: true}]\n"
      "pools: [{name: a, seeds: [h], password_file: ";
  ASSERT_EQ(Faults(absl::StrCat(pool, file, "}]"), &loaded), "");
  EXPECT_EQ(loaded.pools[0].options.identity.password, "pa ss");
  EXPECT_TRUE(loaded.warnings.empty());
  unlink(file.c_str());
  EXPECT_EQ(Faults(absl::StrCat(pool, file, "}]")),
            absl::StrCat("f:2: pools[0].password_file: the file \"", file,
                         "\" cannot be read: No such file or directory\n"));
}

TEST(ConfigTest, PrintsWhatItWouldReadAgain) {
  LoadedConfig loaded;
  ASSERT_EQ(Faults(kMinimal, &loaded), "");
  const std::string printed = PrintConfig(*loaded.config);
  EXPECT_THAT(printed, Not(HasSubstr("geheim")));
  LoadedConfig again;
  ASSERT_EQ(Faults(printed, &again), "");
  EXPECT_EQ(PrintConfig(*again.config), printed);
}

TEST(ConfigTest, WarnsOfWhatIsUnwise) {
  LoadedConfig loaded;
  ASSERT_EQ(Faults("listen: [{address: \"[::1]:0\", insecure: true}]\n"
                   "pools: [{name: a, seeds: [h], password: x, tls: {verify: "
                   "insecure-accept-anything}}]",
                   &loaded),
            "");
  ASSERT_EQ(loaded.warnings.size(), 2u);
  EXPECT_THAT(loaded.warnings[0], HasSubstr("pools[0].password:"));
  EXPECT_THAT(loaded.warnings[1], HasSubstr("pools[0].tls.verify:"));
}

}  // namespace
}  // namespace xapi_gateway::server
