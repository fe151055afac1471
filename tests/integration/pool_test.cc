// The gateway as a process in front of the simulated pool.
#include <signal.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/gateway_process.h"
#include "tests/unit/transcode/mirror.h"

namespace xapi_gateway {
namespace {

using google::protobuf::Message;
using testing::Call;
using testing::CallResult;
using testing::ConfigText;
using testing::ForSimulator;
using testing::GatewayProcess;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PendingCall;
using ::testing::StartsWith;
using testing::Summary;
using testing::WaitForHealth;
using transcode::Mirror;

constexpr char kGetAllVms[] = "/xenapi.v1.VmService/GetAll";
constexpr char kGetNameLabel[] = "/xenapi.v1.VmService/GetNameLabel";

std::string Self(const std::string& ref) {
  std::unique_ptr<Message> request = Mirror::Get().New("xenapi.v1.SelfRequest");
  request->GetReflection()->SetString(
      request.get(), request->GetDescriptor()->FindFieldByName("self"), ref);
  return request->SerializeAsString();
}

// The texts of the field `name` of a serialised response of `type`.
std::vector<std::string> Texts(const std::string& type,
                               const std::string& field,
                               const std::string& bytes) {
  std::unique_ptr<Message> message = Mirror::Get().New("xenapi.v1." + type);
  EXPECT_TRUE(message->ParseFromString(bytes));
  const auto* descriptor = message->GetDescriptor()->FindFieldByName(field);
  const auto* reflection = message->GetReflection();
  if (!descriptor->is_repeated()) {
    return {reflection->GetString(*message, descriptor)};
  }
  std::vector<std::string> texts;
  for (int i = 0; i < reflection->FieldSize(*message, descriptor); ++i) {
    texts.push_back(reflection->GetRepeatedString(*message, descriptor, i));
  }
  return texts;
}

class PoolTest : public ::testing::Test {
 protected:
  void SetUp() override { StartPool({}); }

  void StartPool(simulator::Options options) {
    options.record_calls = true;
    auto pool = simulator::Pool::Start(options);
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
  }

  void StartGateway(const std::string& config) {
    gateway_ = std::make_unique<GatewayProcess>(config);
  }
  void StartServing() {
    StartGateway(ConfigText({ForSimulator(*pool_)}));
    ASSERT_TRUE(gateway_->WaitUntilServing());
  }

  std::vector<std::string> Vms() {
    const CallResult result = Call(gateway_->channel(), {kGetAllVms, ""});
    EXPECT_EQ(Summary(result), "OK");
    return Texts("RefListResponse", "values", result.response);
  }

  bool WaitForMethod(const std::string& method) {
    return testing::WaitUntil(absl::Seconds(30), [&] {
      const auto calls = pool_->history();
      return std::any_of(calls.begin(), calls.end(), [&](const auto& call) {
        return call.method == method;
      });
    });
  }

  bool WaitForLog(const std::string& text) {
    return testing::WaitUntil(absl::Seconds(30), [&] {
      return absl::StrContains(gateway_->process().errors(), text);
    });
  }

  std::unique_ptr<simulator::Pool> pool_;
  std::unique_ptr<GatewayProcess> gateway_;
};

TEST_F(PoolTest, ReadsOverEachWayIn) {
  const simulator::Endpoint host = pool_->host(pool_->coordinator());
  testing::PoolConfig tls = ForSimulator(*pool_);
  testing::PoolConfig plain;
  plain.name = "plain";
  plain.seeds = {absl::StrCat("http://", host.ip, ":", host.http)};
  // Any host will do to find the coordinator from.
  testing::PoolConfig supporter = tls;
  supporter.name = "supporter";
  supporter.seeds = {tls.seeds[(pool_->coordinator() + 1) % pool_->hosts()]};
  StartGateway(ConfigText({tls, plain, supporter}));
  ASSERT_TRUE(gateway_->WaitUntilServing());
  for (const char* name : {"lab", "plain", "supporter"}) {
    const CallResult result =
        Call(gateway_->channel(), {kGetAllVms, "", {{"xapi-pool", name}}});
    ASSERT_EQ(Summary(result), "OK") << name;
    EXPECT_FALSE(Texts("RefListResponse", "values", result.response).empty());
  }
  EXPECT_THAT(Summary(Call(gateway_->channel(), {kGetAllVms, ""})),
              HasSubstr("\"lab\", \"plain\", \"supporter\""));
}

TEST_F(PoolTest, ExplainsErrors) {
  StartServing();
  const CallResult unknown =
      Call(gateway_->channel(), {kGetNameLabel, Self("OpaqueRef:none")});
  EXPECT_EQ(Summary(unknown),
            "NOT_FOUND HANDLE_INVALID@xenapi: VM.get_name_label: "
            "HANDLE_INVALID: there is no VM with the reference "
            "OpaqueRef:none");
  EXPECT_EQ(unknown.info.metadata().at("class"), "VM");
  EXPECT_EQ(unknown.info.metadata().at("ref"), "OpaqueRef:none");
  EXPECT_EQ(unknown.info.metadata().at("method"), "VM.get_name_label");

  pool_->PrescribeError("VM.get_name_label",
                        {"OTHER_OPERATION_IN_PROGRESS", "VM", "OpaqueRef:1"});
  const CallResult busy =
      Call(gateway_->channel(), {kGetNameLabel, Self("OpaqueRef:1")});
  EXPECT_THAT(Summary(busy), StartsWith("ABORTED OTHER_OPERATION"));
  EXPECT_GT(busy.retry.retry_delay().seconds(), 0);
}

TEST_F(PoolTest, RefusesBadInputWithoutCalling) {
  StartServing();
  const int64_t before = pool_->history().back().id;
  for (const std::string& request :
       {std::string("\xff"), std::string("\x0a\x01\x80"), Self("a\x01"),
        std::string("\x0a\x05z"), Self(std::string(400 << 10, 'x'))}) {
    EXPECT_EQ(
        Call(gateway_->channel(), {kGetNameLabel, request}).status.error_code(),
        grpc::StatusCode::INVALID_ARGUMENT);
  }
  for (const auto& call : pool_->history(before)) {
    EXPECT_NE(call.method, "VM.get_name_label");
  }
}

TEST_F(PoolTest, RejectedPasswordsAreTold) {
  testing::PoolConfig config = ForSimulator(*pool_);
  config.password = "wrong";
  StartGateway(ConfigText({config}));
  ASSERT_TRUE(gateway_->WaitUntilReady());
  const CallResult result = Call(gateway_->channel(), {kGetAllVms, ""});
  EXPECT_FALSE(result.status.ok());
  EXPECT_THAT(Summary(result), HasSubstr("SESSION_AUTHENTICATION_FAILED"));
  EXPECT_TRUE(WaitForHealth(gateway_->channel(), "", false, absl::Seconds(1)));
  EXPECT_EQ(gateway_->process().Stop().exit_code, 0);
  EXPECT_THAT(gateway_->process().errors(), Not(HasSubstr("wrong\"")));
}

TEST_F(PoolTest, LargeResponsesNeedAWord) {
  StartServing();
  const std::string large(5 << 20, 'x');
  ASSERT_TRUE(pool_
                  ->PrescribeResult("VM.get_name_label",
                                    absl::StrCat("\"", large, "\""))
                  .ok());
  const std::string request = Self("OpaqueRef:1");
  const CallResult refused =
      Call(gateway_->channel(), {kGetNameLabel, request});
  EXPECT_THAT(Summary(refused),
              StartsWith("RESOURCE_EXHAUSTED RESPONSE_TOO_LARGE@xapi-gateway: "
                         "VM.get_name_label: the response has 5242885 bytes"));
  const CallResult taken =
      Call(gateway_->channel(),
           {kGetNameLabel, request, {{"xapi-max-reply-bytes", "8388608"}}});
  ASSERT_EQ(Summary(taken), "OK");
  EXPECT_EQ(Texts("StringResponse", "value", taken.response)[0], large);
}

TEST_F(PoolTest, HealthFollowsThePool) {
  StartServing();
  EXPECT_TRUE(WaitForHealth(gateway_->channel(), "xenapi.v1.VmService", true,
                            absl::Seconds(30)));
  for (int i = 0; i < pool_->hosts(); ++i) pool_->Kill(i);
  // A call without an answer makes the gateway look after the coordinator.
  PendingCall call(gateway_->channel(), {kGetAllVms, ""});
  EXPECT_TRUE(WaitForHealth(gateway_->channel(), "xenapi.v1.VmService", false,
                            absl::Seconds(30)));
  for (int i = 0; i < pool_->hosts(); ++i) ASSERT_TRUE(pool_->Revive(i).ok());
  EXPECT_TRUE(WaitForHealth(gateway_->channel(), "", true, absl::Seconds(60)));
  EXPECT_FALSE(Vms().empty());
}

TEST_F(PoolTest, AnUnreachablePoolIsUnavailable) {
  testing::PoolConfig config = ForSimulator(*pool_);
  pool_.reset();
  config.more = "timeouts: {coordinator_wait: 200ms}";
  StartGateway(ConfigText({config}));
  ASSERT_TRUE(gateway_->WaitUntilReady());
  const CallResult result = Call(gateway_->channel(), {kGetAllVms, ""});
  EXPECT_THAT(Summary(result),
              StartsWith("UNAVAILABLE NO_COORDINATOR@xapi-gateway: "));
  EXPECT_EQ(result.info.metadata().at("outcome"), "not_executed");
}

// SIGTERM while a call is under way: it is finished, sessions are closed.
TEST_F(PoolTest, DrainsOnSigterm) {
  StartServing();
  simulator::FaultRule slow;
  slow.method = "VM.get_all";
  slow.kind = simulator::FaultKind::kDelay;
  slow.delay = absl::Seconds(2);
  pool_->AddFault(slow);
  PendingCall call(gateway_->channel(), {kGetAllVms, ""});
  ASSERT_TRUE(WaitForMethod("VM.get_all"));
  gateway_->process().Signal(SIGTERM);
  EXPECT_EQ(Summary(call.Wait()), "OK");
  const testing::Ending ending = gateway_->process().Wait();
  EXPECT_EQ(ending.exit_code, 0) << gateway_->process().errors();
  EXPECT_EQ(testing::OpenSessions(*pool_), 0);
  EXPECT_FALSE(Call(gateway_->channel(), {kGetAllVms, ""}).status.ok());
}

// A second signal does not wait for the call.
TEST_F(PoolTest, EndsAtOnceWhenToldTwice) {
  StartServing();
  simulator::FaultRule slow;
  slow.method = "VM.get_all";
  slow.kind = simulator::FaultKind::kDelay;
  slow.delay = absl::Minutes(10);
  pool_->AddFault(slow);
  PendingCall call(gateway_->channel(), {kGetAllVms, ""});
  ASSERT_TRUE(WaitForMethod("VM.get_all"));
  gateway_->process().Signal(SIGTERM);
  ASSERT_TRUE(WaitForLog("\"drain\""));
  gateway_->process().Signal(SIGTERM);
  EXPECT_EQ(gateway_->process().Wait(absl::Seconds(20)).exit_code, 1);
}

TEST_F(PoolTest, StaysSmall) {
  StartServing();
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(Vms().empty());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(gateway_->process().resident_bytes(), size_t{40} << 20);
#endif
}

TEST_F(PoolTest, SecretsStayOutOfTheLog) {
  testing::PoolConfig config = ForSimulator(*pool_);
  StartGateway(ConfigText({config}, "log: {level: debug}"));
  ASSERT_TRUE(gateway_->WaitUntilServing());
  const transcode::Binding& login =
      Mirror::Get().Method("session.login_with_password");
  std::unique_ptr<Message> request = Mirror::Get().NewRequest(login);
  request->GetReflection()->SetString(
      request.get(), request->GetDescriptor()->field(1), "tell-nobody");
  EXPECT_FALSE(
      Call(gateway_->channel(), {login.path, request->SerializeAsString()})
          .status.ok());
  Vms();
  EXPECT_EQ(gateway_->process().Stop().exit_code, 0);
  const std::string log = gateway_->process().errors();
  EXPECT_THAT(log, HasSubstr("\"method\":\"VM.get_all\",\"status\":\"OK\""));
  EXPECT_THAT(log, HasSubstr("session.login_with_password"));
  EXPECT_THAT(log, Not(HasSubstr("tell-nobody")));
  EXPECT_THAT(log, Not(HasSubstr(simulator::kDefaultPassword)));
}

}  // namespace
}  // namespace xapi_gateway
