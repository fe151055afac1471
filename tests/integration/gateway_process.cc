#include "tests/integration/gateway_process.h"

#include <unistd.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace xapi_gateway::testing {
namespace {

constexpr absl::Duration kMostTimeToServe = absl::Seconds(30);

// The first text between `before` and the next quotation mark.
std::string Between(const std::string& text, const std::string& before) {
  const size_t at = text.find(before);
  if (at == text.npos) return "";
  const size_t begin = at + before.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

}  // namespace

std::string ConfigText(const std::vector<PoolConfig>& pools,
                       const std::string& more) {
  std::string text =
      "listen:\n- {address: \"127.0.0.1:0\", insecure: true}\npools:\n";
  for (const PoolConfig& pool : pools) {
    absl::StrAppend(&text, "- name: ", pool.name, "\n  seeds: [\"",
                    absl::StrJoin(pool.seeds, "\", \""), "\"]\n  password: \"",
                    pool.password, "\"\n  wire: ", pool.wire, "\n");
    if (!pool.ca_file.empty()) {
      absl::StrAppend(&text, "  tls: {ca_file: \"", pool.ca_file, "\"}\n");
    }
    if (!pool.more.empty()) absl::StrAppend(&text, "  ", pool.more, "\n");
  }
  return absl::StrCat(text, more, "\n");
}

PoolConfig ForSimulator(const simulator::Pool& pool, const std::string& wire) {
  static std::atomic<int> count = 0;
  PoolConfig config;
  config.wire = wire;
  config.ca_file = absl::StrCat(::testing::TempDir(), "/", getpid(), "-",
                                ++count, "-ca.pem");
  WriteFile(config.ca_file, pool.ca_pem());
  for (int i = 0; i < pool.hosts(); ++i) {
    config.seeds.push_back(
        absl::StrCat("https://", pool.host(i).ip, ":", pool.host(i).https));
  }
  return config;
}

TemporaryFile::TemporaryFile(const std::string& name, const std::string& text) {
  static std::atomic<int> count = 0;
  path_ = absl::StrCat(::testing::TempDir(), "/", getpid(), "-", ++count, "-",
                       name);
  WriteFile(path_, text);
}

TemporaryFile::~TemporaryFile() { unlink(path_.c_str()); }

GatewayProcess::GatewayProcess(const std::string& config)
    : config_("gateway.yaml", config),
      process_("gateway", {GatewayProgram(), "--config", config_.path()}) {}

bool GatewayProcess::WaitUntilReady() {
  address_ = Between(process_.WaitForLine(), "\"listen\":[\"");
  EXPECT_NE(address_, "") << process_.errors();
  channel_ = Connect(address_);
  return !address_.empty();
}

bool GatewayProcess::WaitUntilServing() {
  if (!WaitUntilReady()) return false;
  const bool serving = WaitForHealth(channel_, "", true, kMostTimeToServe);
  EXPECT_TRUE(serving) << process_.errors();
  return serving;
}

std::string GatewayProgram() { return XAPI_GATEWAY_PROGRAM; }

int OpenSessions(const simulator::Pool& pool) {
  int open = 0;
  for (const simulator::RecordedCall& call : pool.history()) {
    if (!call.error.empty()) continue;
    if (call.method == "session.login_with_password") ++open;
    if (call.method == "session.logout") --open;
  }
  return open;
}

}  // namespace xapi_gateway::testing
