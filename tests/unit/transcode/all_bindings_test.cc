// Every RPC of the mirror through encoder and decoder, on both wires.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "backend/wire/reply.h"
#include "gateway/transcode/binding_table.h"
#include "gateway/transcode/reply_decoder.h"
#include "gateway/transcode/request_encoder.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/testing/message_sampler.h"
#include "tests/testing/wire_renderer.h"
#include "tests/unit/transcode/mirror.h"

namespace xapi_gateway::transcode {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

TEST(AllBindingsTest, CoverTheModel) {
  int unary = 0;
  int streaming = 0;
  for (const Binding& binding : Mirror::Get().table().bindings()) {
    (binding.streaming ? streaming : unary)++;
    EXPECT_EQ(Mirror::Get().table().Find(binding.path), &binding);
    EXPECT_EQ(Mirror::Get().table().FindMethod(binding.method), &binding);
  }
  EXPECT_EQ(unary, 2007);
  EXPECT_EQ(streaming, 439);
}

TEST(AllBindingsTest, EncodeEveryArgument) {
  uint32_t seed = 0;
  for (const Binding& binding : Mirror::Get().table().bindings()) {
    std::unique_ptr<Message> request = Mirror::Get().NewRequest(binding);
    testing::MessageSampler(++seed).Fill(*request);
    const absl::StatusOr<std::string> arguments = EncodeArguments(
        binding, request->SerializeAsString(), wire::Format::kJsonRpc);
    ASSERT_TRUE(arguments.ok()) << binding.method << ": " << arguments.status();
    EXPECT_EQ(absl::StrCat("[", *arguments, "]"),
              testing::RenderJsonArguments(*request))
        << binding.method;
    EXPECT_TRUE(EncodeArguments(binding, request->SerializeAsString(),
                                wire::Format::kXmlRpc)
                    .ok())
        << binding.method;
  }
}

TEST(AllBindingsTest, DecodeEveryResultAlikeOnBothWires) {
  uint32_t seed = 0;
  for (const Binding& binding : Mirror::Get().table().bindings()) {
    std::unique_ptr<Message> expected = Mirror::Get().NewResponse(binding);
    testing::MessageSampler(++seed).Fill(*expected);
    wire::Reply json{wire::Format::kJsonRpc,
                     testing::RenderReply(*expected, wire::Format::kJsonRpc)};
    wire::Reply xml{wire::Format::kXmlRpc,
                    testing::RenderReply(*expected, wire::Format::kXmlRpc)};
    const absl::StatusOr<std::string> from_json = DecodeReply(binding, json);
    const absl::StatusOr<std::string> from_xml = DecodeReply(binding, xml);
    ASSERT_TRUE(from_json.ok()) << from_json.status() << "\n" << json.body;
    ASSERT_TRUE(from_xml.ok()) << from_xml.status() << "\n" << xml.body;
    ASSERT_EQ(*from_json, *from_xml) << json.body;

    std::unique_ptr<Message> decoded = Mirror::Get().NewResponse(binding);
    ASSERT_TRUE(decoded->ParseFromString(*from_json)) << binding.method;
    std::string difference;
    MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(*expected, *decoded))
        << binding.method << ": " << difference << json.body;
  }
}

TEST(AllBindingsTest, DecodeTaskResults) {
  uint32_t seed = 0;
  for (const Binding& binding : Mirror::Get().table().bindings()) {
    if (!binding.streaming) continue;
    std::unique_ptr<Message> expected = Mirror::Get().NewResponse(binding);
    testing::MessageSampler(++seed).Fill(*expected);
    const bool is_void = expected->GetDescriptor()->field_count() == 0;
    const std::string result =
        is_void ? ""
                : testing::RenderField(*expected,
                                       *expected->GetDescriptor()->field(0),
                                       wire::Format::kXmlRpc);
    const absl::StatusOr<std::string> bytes = DecodeTaskResult(binding, result);
    ASSERT_TRUE(bytes.ok()) << bytes.status() << result;
    std::unique_ptr<Message> decoded = Mirror::Get().NewResponse(binding);
    ASSERT_TRUE(decoded->ParseFromString(*bytes)) << binding.method;
    EXPECT_TRUE(MessageDifferencer::Equals(*expected, *decoded))
        << binding.method;
  }
}

}  // namespace
}  // namespace xapi_gateway::transcode
