// Calls from a real gRPC client to the service, in front of a fake pool.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/rpc/generic_service.h"
#include "gateway/rpc/unary_call.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/embedded_descriptors.h"
#include "tests/testing/generic_client.h"
#include "tests/unit/rpc/fake_pool.h"

namespace xapi_gateway::rpc {
namespace {

using testing::Call;
using testing::CallResult;
using testing::CallSetup;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PendingCall;
using testing::Summary;

constexpr char kGetNameLabel[] = "/xenapi.v1.VmService/GetNameLabel";
constexpr char kStart[] = "/xenapi.v1.VmService/Start";

// A message whose field 1 is `text`.
std::string Field1(const std::string& text) {
  std::string bytes = "\x0a";
  for (size_t left = text.size();; left >>= 7) {
    bytes.push_back(static_cast<char>((left & 0x7f) | (left > 127 ? 128 : 0)));
    if (left <= 127) break;
  }
  return bytes + text;
}

wire::Reply JsonReply(const std::string& result) {
  return {
      wire::Format::kJsonRpc,
      absl::StrCat("{\"jsonrpc\":\"2.0\",\"result\":", result, ",\"id\":1}")};
}

const transcode::BindingTable& Table() {
  static const auto& table =
      *transcode::BindingTable::Compile(DescriptorSet())->release();
  return table;
}

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest()
      : errors_(ErrorCatalog::Parse(ErrorTable(), ErrorTexts()).value()),
        one_({{"lab", &pool_}}),
        two_({{"lab", &pool_}, {"prod", &other_pool_}}) {
    environment_.table = &Table();
    environment_.errors = errors_.get();
    environment_.pools = &one_;
    environment_.workers = &workers_;
    environment_.report = [this](const CallReport& report) {
      absl::MutexLock lock(&mutex_);
      reports_.push_back({report.status, std::string(report.pool),
                          std::string(report.request_id),
                          std::string(report.message)});
    };
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(1 << 20);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ = server_->InProcessChannel(arguments);
  }

  // Makes the call and lets the pool answer it.
  CallResult CallAndAnswer(const CallSetup& setup, call::CallOutcome outcome) {
    PendingCall call(channel_, setup);
    if (auto started = pool_.TakeNext()) started->done(std::move(outcome));
    return call.Wait();
  }

  struct Report {
    int status;
    std::string pool;
    std::string request_id;
    std::string message;
  };
  Report LastReport() {
    absl::MutexLock lock(&mutex_);
    return reports_.empty() ? Report{-1, "", "", ""} : reports_.back();
  }

  FakePool pool_;
  FakePool other_pool_;
  const std::unique_ptr<const ErrorCatalog> errors_;
  const PoolDirectory one_;
  const PoolDirectory two_;
  DecodeWorkers workers_{1};
  Environment environment_;
  GenericService service_{environment_};
  absl::Mutex mutex_;
  std::vector<Report> reports_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ServiceTest, AnswersACall) {
  PendingCall call(channel_, {kGetNameLabel, Field1("OpaqueRef:1")});
  auto started = pool_.TakeNext();
  ASSERT_TRUE(started);
  EXPECT_EQ(started->spec.method, "VM.get_name_label");
  EXPECT_TRUE(started->spec.with_session);
  EXPECT_TRUE(started->spec.idempotent);
  EXPECT_EQ(started->arguments, "\"OpaqueRef:1\"");
  started->done(JsonReply("\"web\""));
  const CallResult result = call.Wait();
  EXPECT_EQ(Summary(result), "OK");
  EXPECT_EQ(result.response, Field1("web"));
  EXPECT_EQ(LastReport().status, 0);
  EXPECT_EQ(LastReport().pool, "lab");
}

TEST_F(ServiceTest, TellsWhatXapiRefused) {
  const CallResult result =
      CallAndAnswer({kStart, Field1("OpaqueRef:1"), {{"x-request-id", "abc"}}},
                    wire::ApiError{"VM_BAD_POWER_STATE",
                                   {"OpaqueRef:1", "halted", "Running"}});
  EXPECT_EQ(Summary(result),
            "FAILED_PRECONDITION VM_BAD_POWER_STATE@xenapi: VM.start: "
            "VM_BAD_POWER_STATE: the power state of OpaqueRef:1 is "
            "\"Running\", expected \"halted\"");
  EXPECT_EQ(result.info.metadata().at("method"), "VM.start");
  EXPECT_EQ(result.info.metadata().at("expected"), "halted");
  EXPECT_EQ(result.trailers.at("x-request-id"), "abc");
  EXPECT_EQ(LastReport().request_id, "abc");
}

TEST_F(ServiceTest, TellsWhetherALostCallMayHaveRun) {
  const CallResult result = CallAndAnswer(
      {kStart, Field1("OpaqueRef:1")},
      call::CallFailure{absl::UnavailableError("https://h:443 went away"),
                        call::FailureReason::kConnectionLost,
                        call::Execution::kUnknown, absl::Seconds(2)});
  EXPECT_EQ(Summary(result),
            "UNAVAILABLE CONNECTION_LOST@xapi-gateway: VM.start: "
            "https://h:443 went away");
  EXPECT_EQ(result.info.metadata().at("outcome"), "unknown");
  EXPECT_EQ(result.retry.retry_delay().seconds(), 2);
}

TEST_F(ServiceTest, RefusesWithoutCalling) {
  struct Case {
    CallSetup setup;
    std::string summary;  // how it begins
  };
  const Case cases[] = {
      {{kStart, "\xff\xff"}, "INVALID_ARGUMENT INVALID_REQUEST@xapi-gateway"},
      {{"/xenapi.v1.VmService/SetActionsAfterReboot", Field1("OpaqueRef:1")},
       "INVALID_ARGUMENT INVALID_REQUEST@xapi-gateway"},
      {{kStart, Field1("\x80")},
       "INVALID_ARGUMENT INVALID_REQUEST@xapi-gateway"},
      {{kStart, Field1(std::string(kMaxRequestBytes, 'x'))},
       "INVALID_ARGUMENT REQUEST_TOO_LARGE@xapi-gateway"},
      {{kStart, Field1(std::string(2 << 20, 'x'))}, "RESOURCE_EXHAUSTED"},
      {{kStart, Field1("a"), {{"xapi-pool", "nope"}}},
       "INVALID_ARGUMENT UNKNOWN_POOL@xapi-gateway: there is no pool "
       "\"nope\", known are \"lab\""},
      {{kStart, Field1("a"), {{"xapi-pool", "lab"}, {"xapi-pool", "lab"}}},
       "INVALID_ARGUMENT INVALID_METADATA@xapi-gateway: the metadata "
       "xapi-pool was sent more than once"},
      {{kStart, Field1("a"), {{"xapi-max-reply-bytes", "-1"}}},
       "INVALID_ARGUMENT INVALID_METADATA@xapi-gateway"},
      {{"/xenapi.v1.VmService/StartAsync", Field1("a")},
       "UNIMPLEMENTED NO_TASK_STREAMS@xapi-gateway: Async.VM.start: this "
       "gateway does not stream tasks, call VM.start instead"},
      {{"/xenapi.v1.VmService/start_vm", ""},
       "UNIMPLEMENTED UNKNOWN_RPC@xapi-gateway: the service "
       "xenapi.v1.VmService has no RPC \"start_vm\", the name most alike is "},
      {{"/xenapi.VMService/Start", ""},
       "UNIMPLEMENTED UNKNOWN_RPC@xapi-gateway: there is no service "
       "\"xenapi.VMService\", the name most alike is xenapi.v1.VmService"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Summary(Call(channel_, c.setup)),
                ::testing::StartsWith(c.summary));
  }
  EXPECT_EQ(pool_.started(), 0);
}

TEST_F(ServiceTest, NamesTheFaultyField) {
  const CallResult result = Call(channel_, {kStart, Field1("\x80")});
  ASSERT_EQ(result.bad_request.field_violations_size(), 1);
  EXPECT_EQ(result.bad_request.field_violations(0).field(), "vm");
  EXPECT_THAT(result.status.error_message(), HasSubstr("VM.start: vm"));
}

TEST_F(ServiceTest, ChoosesThePoolThatIsNamed) {
  environment_.pools = &two_;
  PendingCall call(
      channel_,
      {kGetNameLabel, Field1("OpaqueRef:1"), {{"xapi-pool", "prod"}}});
  auto started = other_pool_.TakeNext();
  ASSERT_TRUE(started);
  started->done(JsonReply("\"x\""));
  EXPECT_EQ(Summary(call.Wait()), "OK");
  EXPECT_EQ(
      Summary(Call(channel_, {kGetNameLabel, Field1("OpaqueRef:1")})),
      "INVALID_ARGUMENT UNKNOWN_POOL@xapi-gateway: the metadata xapi-pool must "
      "name one of the pools \"lab\", \"prod\"");
}

TEST_F(ServiceTest, CarriesTheDeadlineOn) {
  environment_.limits.deadlines = {absl::Seconds(20), absl::Seconds(100)};
  struct Case {
    absl::Duration client;
    absl::Duration expected;
  };
  for (const Case& c : {Case{absl::InfiniteDuration(), absl::Seconds(20)},
                        Case{absl::Seconds(50), absl::Seconds(50)},
                        Case{absl::Hours(2), absl::Seconds(100)}}) {
    const absl::Time before = absl::Now();
    PendingCall call(channel_,
                     {kGetNameLabel, Field1("OpaqueRef:1"), {}, c.client});
    auto started = pool_.TakeNext();
    ASSERT_TRUE(started);
    EXPECT_GE(started->spec.deadline, before + c.expected - absl::Seconds(1));
    EXPECT_LE(started->spec.deadline,
              absl::Now() + c.expected + absl::Seconds(1));
    started->done(JsonReply("\"x\""));
    EXPECT_EQ(Summary(call.Wait()), "OK");
  }
}

TEST_F(ServiceTest, PassesTheCancelOn) {
  PendingCall call(channel_, {kGetNameLabel, Field1("OpaqueRef:1")});
  ASSERT_TRUE(pool_.WaitForCall());
  call.Cancel();
  EXPECT_EQ(call.Wait().status.error_code(), grpc::StatusCode::CANCELLED);
  // The server's side ends only when the pool has let go of the call.
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::minutes(1));
  EXPECT_EQ(LastReport().status, static_cast<int>(grpc::StatusCode::CANCELLED));
}

TEST_F(ServiceTest, GivesUpAtTheDeadline) {
  PendingCall call(
      channel_,
      {kGetNameLabel, Field1("OpaqueRef:1"), {}, absl::Milliseconds(50)});
  EXPECT_EQ(call.Wait().status.error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(ServiceTest, EndsWhenTheServerDoes) {
  PendingCall call(channel_, {kGetNameLabel, Field1("OpaqueRef:1")});
  ASSERT_TRUE(pool_.WaitForCall());
  server_->Shutdown(std::chrono::system_clock::now());
  EXPECT_FALSE(call.Wait().status.ok());
}

TEST_F(ServiceTest, DecodesLargeRepliesElsewhere) {
  const std::string name(kMaxInlineJsonBytes, 'n');
  const CallResult result =
      CallAndAnswer({kGetNameLabel, Field1("OpaqueRef:1")},
                    JsonReply(absl::StrCat("\"", name, "\"")));
  EXPECT_EQ(Summary(result), "OK");
  EXPECT_EQ(result.response, Field1(name));
}

TEST_F(ServiceTest, ExplainsResponsesThatTheClientWouldNotTake) {
  const wire::Reply reply = JsonReply("\"" + std::string(2000, 'n') + "\"");
  const CallResult result = CallAndAnswer({kGetNameLabel,
                                           Field1("OpaqueRef:1"),
                                           {{"xapi-max-reply-bytes", "1000"}}},
                                          reply);
  EXPECT_THAT(Summary(result),
              ::testing::StartsWith(
                  "RESOURCE_EXHAUSTED RESPONSE_TOO_LARGE@xapi-gateway: "
                  "VM.get_name_label: the response has 2003 bytes and this "
                  "client takes 1000"));
  EXPECT_EQ(result.info.metadata().at("outcome"), "executed");
  EXPECT_EQ(Summary(CallAndAnswer({kGetNameLabel,
                                   Field1("OpaqueRef:1"),
                                   {{"xapi-max-reply-bytes", "2003"}}},
                                  reply)),
            "OK");
}

TEST_F(ServiceTest, ReportsMalformedReplies) {
  for (const char* body : {"", "{", "\"text\"", "{\"result\":[1]}",
                           "{\"jsonrpc\":\"2.0\",\"result\":\"cut o"}) {
    const CallResult result =
        CallAndAnswer({kGetNameLabel, Field1("OpaqueRef:1")},
                      wire::Reply{wire::Format::kJsonRpc, body});
    EXPECT_THAT(Summary(result),
                ::testing::StartsWith(
                    "INTERNAL MALFORMED_REPLY@xapi-gateway: VM.get_name_label"))
        << body;
  }
}

TEST_F(ServiceTest, KeepsErrorsSmallEnoughForMetadata) {
  const std::string wide(100000, '\x80');
  const CallResult result = CallAndAnswer(
      {kStart, Field1("OpaqueRef:1")},
      wire::ApiError{"SOMETHING_NEW", {wide, wide, wide, wide, wide, wide}});
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(result.info.reason(), "SOMETHING_NEW");
  EXPECT_LT(result.trailer_bytes + 4 * result.status.error_message().size(),
            8192u);
}

TEST_F(ServiceTest, KeepsSecretsOutOfReports) {
  CallAndAnswer({"/xenapi.v1.SessionService/LoginWithPassword",
                 Field1("root") + "\x12\x03pwd"},
                wire::ApiError{"INTERNAL_ERROR", {"pwd"}});
  EXPECT_EQ(LastReport().status, static_cast<int>(grpc::StatusCode::INTERNAL));
  EXPECT_THAT(LastReport().message, Not(HasSubstr("pwd")));
}

}  // namespace
}  // namespace xapi_gateway::rpc
