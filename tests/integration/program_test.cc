// The program itself: command line, exit codes, listeners, reflection.
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/integration/gateway_process.h"
#include "tests/testing/certificates.h"

namespace xapi_gateway {
namespace {

using testing::GatewayProcess;
using testing::GatewayProgram;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;
using testing::TemporaryFile;

// A pool that is not there.
testing::PoolConfig Nowhere() {
  testing::PoolConfig pool;
  pool.seeds = {"127.0.0.1:1"};
  return pool;
}

int ExitCode(const std::vector<std::string>& arguments, std::string* output) {
  std::vector<std::string> command = {GatewayProgram()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process("run", command);
  const int code = process.Wait().exit_code;
  *output = process.output() + process.errors();
  return code;
}

TEST(ProgramTest, ChecksItsConfiguration) {
  const TemporaryFile good("good.yaml", testing::ConfigText({Nowhere()}));
  const TemporaryFile bad("bad.yaml", "listen: 1\npools:\n- colour: red\n");
  std::string output;
  EXPECT_EQ(ExitCode({"--config", good.path(), "--check"}, &output), 0);
  EXPECT_EQ(ExitCode({"--config", good.path(), "--print-config"}, &output), 0);
  EXPECT_THAT(output, HasSubstr("concurrent_calls: 32"));
  EXPECT_THAT(output, Not(HasSubstr(simulator::kDefaultPassword)));
  for (const char* flag : {"--check", "--print-config"}) {
    EXPECT_EQ(ExitCode({"--config", bad.path(), flag}, &output), 2);
    EXPECT_THAT(output, HasSubstr("bad.yaml:1: listen: expected a list"));
    EXPECT_THAT(output,
                HasSubstr("bad.yaml:3: pools[0].colour: there is no such"));
  }
  EXPECT_EQ(ExitCode({"--config", bad.path()}, &output), 2);
  EXPECT_EQ(ExitCode({"--config", "/no/such/file"}, &output), 2);
  EXPECT_EQ(ExitCode({}, &output), 2);
  EXPECT_EQ(ExitCode({"--nonsense"}, &output), 2);
  EXPECT_EQ(ExitCode({"--help"}, &output), 0);
  EXPECT_THAT(output, HasSubstr("usage: xapi-gateway --config FILE"));
  EXPECT_EQ(ExitCode({"--version"}, &output), 0);
}

TEST(ProgramTest, FailsIfTheAddressIsTaken) {
  GatewayProcess first(testing::ConfigText({Nowhere()}));
  ASSERT_TRUE(first.WaitUntilReady());
  const TemporaryFile config(
      "taken.yaml",
      absl::StrCat("listen: [{address: \"", first.address(),
                   "\", insecure: true}]\n",
                   "pools: [{name: a, seeds: [h], password: x}]\n"));
  std::string output;
  EXPECT_EQ(ExitCode({"--config", config.path()}, &output), 1);
  EXPECT_THAT(output, HasSubstr("cannot listen on " + first.address()));
}

TEST(ProgramTest, ServesTlsAndUnixSockets) {
  const testing::Certificate certificate =
      testing::MakeCertificate("localhost");
  const TemporaryFile cert("cert.pem", certificate.certificate_pem);
  const TemporaryFile key("key.pem", certificate.key_pem);
  const std::string socket =
      absl::StrCat(::testing::TempDir(), "/gw-", getpid(), ".sock");
  GatewayProcess gateway(absl::StrCat(
      "listen:\n- {address: \"unix:", socket, "\", insecure: true}\n",
      "- {address: \"127.0.0.1:0\", tls: {cert_file: \"", cert.path(),
      "\", key_file: \"", key.path(), "\"}}\n",
      "pools: [{name: a, seeds: [\"127.0.0.1:1\"], password: x}]\n"));
  ASSERT_TRUE(gateway.WaitUntilReady());
  EXPECT_EQ(gateway.address(), "unix:" + socket);
  EXPECT_TRUE(
      testing::WaitForHealth(gateway.channel(), "", false, absl::Seconds(10)));
  const std::string ready = gateway.process().output();
  const std::string second = ready.substr(ready.find("\",\"127.") + 3);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = certificate.certificate_pem;
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("localhost");
  const auto channel =
      grpc::CreateCustomChannel(second.substr(0, second.find('"')),
                                grpc::SslCredentials(options), arguments);
  EXPECT_TRUE(testing::WaitForHealth(channel, "", false, absl::Seconds(10)));
}

// Asks for one file or symbol after the other, as a DescriptorPool needs them.
template <typename Service, typename Request, typename Response>
class ReflectedDatabase : public google::protobuf::DescriptorDatabase {
 public:
  explicit ReflectedDatabase(std::shared_ptr<grpc::Channel> channel)
      : stub_(Service::NewStub(std::move(channel))),
        stream_(stub_->ServerReflectionInfo(&context_)) {}

  Response Ask(const Request& request) {
    Response response;
    EXPECT_TRUE(stream_->Write(request) && stream_->Read(&response));
    return response;
  }

  bool FindFileByName(const std::string& name,
                      google::protobuf::FileDescriptorProto* file) override {
    Request request;
    request.set_file_by_filename(name);
    return Take(Ask(request), file);
  }
  bool FindFileContainingSymbol(
      const std::string& symbol,
      google::protobuf::FileDescriptorProto* file) override {
    Request request;
    request.set_file_containing_symbol(symbol);
    return Take(Ask(request), file);
  }
  bool FindFileContainingExtension(
      const std::string& extendee, int number,
      google::protobuf::FileDescriptorProto* file) override {
    Request request;
    request.mutable_file_containing_extension()->set_containing_type(extendee);
    request.mutable_file_containing_extension()->set_extension_number(number);
    return Take(Ask(request), file);
  }

  grpc::Status Finish() {
    stream_->WritesDone();
    return stream_->Finish();
  }

 private:
  bool Take(const Response& response,
            google::protobuf::FileDescriptorProto* file) {
    return response.has_file_descriptor_response() &&
           file->ParseFromString(
               response.file_descriptor_response().file_descriptor_proto(0));
  }

  grpc::ClientContext context_;
  std::unique_ptr<typename Service::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
};

template <typename Service, typename Request, typename Response>
void CheckReflection(const std::shared_ptr<grpc::Channel>& channel) {
  ReflectedDatabase<Service, Request, Response> database(channel);
  google::protobuf::DescriptorPool pool(&database);
  Request list;
  list.set_list_services("");
  const Response services = database.Ask(list);
  int methods = 0;
  for (const auto& service : services.list_services_response().service()) {
    const auto* descriptor = pool.FindServiceByName(service.name());
    ASSERT_NE(descriptor, nullptr) << service.name();
    methods += descriptor->method_count();
  }
  // The mirror's, besides those of health and reflection.
  EXPECT_GE(methods, 2007 + 439);
  Request unknown;
  unknown.set_file_containing_symbol("no.such.Thing");
  EXPECT_EQ(database.Ask(unknown).error_response().error_code(),
            static_cast<int>(grpc::StatusCode::NOT_FOUND));
  EXPECT_TRUE(database.Finish().ok());
}

TEST(ReflectionTest, DescribesAllServices) {
  GatewayProcess gateway(testing::ConfigText({Nowhere()}));
  ASSERT_TRUE(gateway.WaitUntilReady());
  CheckReflection<grpc::reflection::v1::ServerReflection,
                  grpc::reflection::v1::ServerReflectionRequest,
                  grpc::reflection::v1::ServerReflectionResponse>(
      gateway.channel());
  CheckReflection<grpc::reflection::v1alpha::ServerReflection,
                  grpc::reflection::v1alpha::ServerReflectionRequest,
                  grpc::reflection::v1alpha::ServerReflectionResponse>(
      gateway.channel());
}

}  // namespace
}  // namespace xapi_gateway
