// Each of the mirror's unary RPCs through the gateway, as a process, to the
// simulated pool: method, arguments, result, on both wires.
#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "tests/integration/gateway_process.h"
#include "tests/testing/message_sampler.h"
#include "tests/testing/wire_renderer.h"
#include "tests/unit/transcode/mirror.h"

namespace xapi_gateway {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using testing::GatewayProcess;
using transcode::Binding;
using transcode::Mirror;

// Integers in XML have no type, so that the simulated pool records those in a
// record as the text they came as.
bool SameScalar(const rapidjson::Value& sent, const rapidjson::Value& received,
                bool untyped) {
  if (untyped && sent.IsInt64() && received.IsString()) {
    return absl::StrCat(sent.GetInt64()) == received.GetString();
  }
  return sent == received;
}

bool SameValue(const rapidjson::Value& sent, const rapidjson::Value& received,
               bool untyped) {
  if (sent.IsArray() && received.IsArray()) {
    return std::equal(sent.Begin(), sent.End(), received.Begin(),
                      received.End(), [untyped](const auto& a, const auto& b) {
                        return SameValue(a, b, untyped);
                      });
  }
  if (!sent.IsObject() || !received.IsObject()) {
    return SameScalar(sent, received, untyped);
  }
  for (const auto& member : sent.GetObject()) {
    const auto found = received.FindMember(member.name);
    if (found == received.MemberEnd() ||
        !SameValue(member.value, found->value, untyped)) {
      return false;
    }
  }
  return sent.MemberCount() == received.MemberCount();
}

bool SameJson(const std::string& sent, const std::string& received,
              bool untyped) {
  rapidjson::Document left;
  rapidjson::Document right;
  left.Parse(sent.c_str());
  right.Parse(received.c_str());
  return !left.HasParseError() && !right.HasParseError() &&
         SameValue(left, right, untyped);
}

// What xapi would answer, as JSON.
std::string ResultJson(const Message& response) {
  const auto* descriptor = response.GetDescriptor();
  if (descriptor->field_count() == 0) return "\"\"";
  return testing::RenderField(response, *descriptor->field(0),
                              wire::Format::kJsonRpc);
}

class AllRpcsTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    simulator::Options options;
    options.hosts = 1;
    options.vms = 1;
    options.record_calls = true;
    options.login_failure_delay = absl::ZeroDuration();
    auto pool = simulator::Pool::Start(options);
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
    gateway_ = std::make_unique<GatewayProcess>(
        testing::ConfigText({testing::ForSimulator(*pool_, GetParam())}));
    ASSERT_TRUE(gateway_->WaitUntilServing());
  }

  // The recorded call of the binding after `last`.
  simulator::RecordedCall FindCall(const Binding& binding, int64_t last) {
    for (const simulator::RecordedCall& call : pool_->history(last)) {
      if (call.method == binding.method) return call;
    }
    return {};
  }

  int64_t LastCall() {
    const auto calls = pool_->history(last_);
    if (!calls.empty()) last_ = calls.back().id;
    return last_;
  }

  void CheckRpc(const Binding& binding, uint32_t seed) {
    std::unique_ptr<Message> request = Mirror::Get().NewRequest(binding);
    testing::MessageSampler(2 * seed).Fill(*request);
    std::unique_ptr<Message> expected = Mirror::Get().NewResponse(binding);
    testing::MessageSampler(2 * seed + 1).Fill(*expected);
    const absl::Status prescribed =
        pool_->PrescribeResult(binding.method, ResultJson(*expected), 1);
    ASSERT_TRUE(prescribed.ok()) << binding.method << ": " << prescribed;
    const int64_t last = LastCall();

    const testing::CallResult result = testing::Call(
        gateway_->channel(), {binding.path, request->SerializeAsString()});

    const simulator::RecordedCall call = FindCall(binding, last);
    EXPECT_EQ(call.wire, wire_);
    EXPECT_EQ(call.user, binding.with_session ? "root" : call.user);
    EXPECT_TRUE(SameJson(testing::RenderJsonArguments(*request), call.args,
                         wire_ == "xmlrpc"))
        << binding.method << "\nsent     "
        << testing::RenderJsonArguments(*request) << "\nreceived " << call.args;
    // Logins are answered by the sessions of the pool, not as prescribed.
    if (!binding.with_session) return;
    ASSERT_EQ(testing::Summary(result), "OK") << binding.method;
    CheckResponse(binding, *expected, result.response);
  }

  void CheckResponse(const Binding& binding, const Message& expected,
                     const std::string& bytes) {
    std::unique_ptr<Message> response = Mirror::Get().NewResponse(binding);
    ASSERT_TRUE(response->ParseFromString(bytes)) << binding.method;
    std::string difference;
    MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(expected, *response))
        << binding.method << ": " << difference;
  }

  const std::string wire_ =
      std::string(GetParam()) == "json" ? "jsonrpc2" : "xmlrpc";
  int64_t last_ = 0;
  std::unique_ptr<simulator::Pool> pool_;
  std::unique_ptr<GatewayProcess> gateway_;
};

TEST_P(AllRpcsTest, CarryArgumentsAndResults) {
  int calls = 0;
  for (const Binding& binding : Mirror::Get().table().bindings()) {
    if (binding.streaming) continue;
    CheckRpc(binding, ++calls);
    ASSERT_FALSE(HasFatalFailure()) << binding.method;
  }
  EXPECT_EQ(calls, 2007);
}

INSTANTIATE_TEST_SUITE_P(Wires, AllRpcsTest, ::testing::Values("json", "xml"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

}  // namespace
}  // namespace xapi_gateway
