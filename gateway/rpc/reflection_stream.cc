#include "gateway/rpc/reflection_stream.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "gateway/rpc/byte_buffer.h"
#include "grpc/reflection/v1/reflection.pb.h"

namespace xapi_gateway::rpc {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

// Answers the questions of one stream. A file comes with all it imports, but
// once a stream.
class Answerer {
 public:
  explicit Answerer(const ReflectionIndex& index) : index_(index) {}

  ServerReflectionResponse Answer(const ServerReflectionRequest& request) {
    ServerReflectionResponse response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    const absl::Status status = Fill(request, response);
    if (!status.ok()) {
      auto* error = response.mutable_error_response();
      error->set_error_code(static_cast<int>(status.code()));
      error->set_error_message(std::string(status.message()));
    }
    return response;
  }

 private:
  using FileId = ReflectionIndex::FileId;

  absl::Status Fill(const ServerReflectionRequest& request,
                    ServerReflectionResponse& response) {
    switch (request.message_request_case()) {
      case ServerReflectionRequest::kFileByFilename:
        return AddFile(index_.FindFile(request.file_by_filename()), response);
      case ServerReflectionRequest::kFileContainingSymbol:
        return AddFile(index_.FindSymbol(request.file_containing_symbol()),
                       response);
      case ServerReflectionRequest::kFileContainingExtension: {
        const auto& wanted = request.file_containing_extension();
        return AddFile(index_.FindExtension(wanted.containing_type(),
                                            wanted.extension_number()),
                       response);
      }
      case ServerReflectionRequest::kAllExtensionNumbersOfType:
        return AddNumbers(request.all_extension_numbers_of_type(), response);
      case ServerReflectionRequest::kListServices:
        return AddServices(response);
      default:
        return absl::InvalidArgumentError("the request asks for nothing");
    }
  }

  absl::Status AddFile(const absl::StatusOr<FileId>& file,
                       ServerReflectionResponse& response) {
    if (!file.ok()) return file.status();
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(
        std::string(index_.bytes(*file)));
    sent_.insert(*file);
    AddImports(*file, response);
    return absl::OkStatus();
  }

  void AddImports(FileId file, ServerReflectionResponse& response) {
    for (const FileId dependency : index_.dependencies(file)) {
      if (!sent_.insert(dependency).second) continue;
      response.mutable_file_descriptor_response()->add_file_descriptor_proto(
          std::string(index_.bytes(dependency)));
      AddImports(dependency, response);
    }
  }

  absl::Status AddNumbers(const std::string& extendee,
                          ServerReflectionResponse& response) {
    absl::StatusOr<std::vector<int>> numbers =
        index_.ExtensionNumbers(extendee);
    if (!numbers.ok()) return numbers.status();
    auto* added = response.mutable_all_extension_numbers_response();
    added->set_base_type_name(extendee);
    for (const int number : *numbers) added->add_extension_number(number);
    return absl::OkStatus();
  }

  absl::Status AddServices(ServerReflectionResponse& response) {
    auto* list = response.mutable_list_services_response();
    for (const std::string& name : index_.services()) {
      list->add_service()->set_name(name);
    }
    return absl::OkStatus();
  }

  const ReflectionIndex& index_;
  absl::flat_hash_set<FileId> sent_;
};

// Reads, answers, reads again: one message is under way at any time.
class ReflectionStream final : public grpc::ServerGenericBidiReactor {
 public:
  explicit ReflectionStream(const ReflectionIndex& index) : answerer_(index) {
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    grpc::Slice bytes;
    ServerReflectionRequest request;
    if (!ToSlice(message_, &bytes) ||
        !request.ParseFromArray(bytes.begin(),
                                static_cast<int>(bytes.size()))) {
      return Finish({grpc::StatusCode::INVALID_ARGUMENT,
                     "the message is no ServerReflectionRequest"});
    }
    if (++requests_ > kMaxReflectionRequests) {
      return Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
                     "too many requests on one reflection stream"});
    }
    message_ = ToByteBuffer(answerer_.Answer(request).SerializeAsString());
    StartWrite(&message_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&message_);
  }

  void OnDone() override { delete this; }

 private:
  Answerer answerer_;
  grpc::ByteBuffer message_;
  int requests_ = 0;
};

}  // namespace

void AddReflection(const ReflectionIndex& index, GenericService& service) {
  for (const char* version : {"v1", "v1alpha"}) {
    service.AddHandler(std::string("/grpc.reflection.") + version +
                           ".ServerReflection/ServerReflectionInfo",
                       [&index](grpc::GenericCallbackServerContext&) {
                         return new ReflectionStream(index);
                       });
  }
}

}  // namespace xapi_gateway::rpc
