// Answers server reflection from the bytes of a descriptor set.
#ifndef GATEWAY_RPC_REFLECTION_INDEX_H_
#define GATEWAY_RPC_REFLECTION_INDEX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace google::protobuf {
class FileDescriptorProto;
}

namespace xapi_gateway::rpc {

// Holds names and offsets alone: the files stay where they are, as bytes.
// Immutable, hence thread-safe.
class ReflectionIndex {
 public:
  using FileId = int;

  // `descriptor_set` is a serialised google.protobuf.FileDescriptorSet and
  // outlives the index. INVALID_ARGUMENT if it is no such thing.
  static absl::StatusOr<std::unique_ptr<const ReflectionIndex>> Create(
      absl::string_view descriptor_set);

  // NOT_FOUND naming what was asked for.
  absl::StatusOr<FileId> FindFile(absl::string_view name) const;
  // The file that declares a message, enum, service, or a field, value or
  // method of one; a full name.
  absl::StatusOr<FileId> FindSymbol(absl::string_view symbol) const;
  absl::StatusOr<FileId> FindExtension(absl::string_view extendee,
                                       int number) const;
  // In ascending order.
  absl::StatusOr<std::vector<int>> ExtensionNumbers(
      absl::string_view extendee) const;

  // Full names of all services.
  absl::Span<const std::string> services() const { return services_; }
  // A serialised FileDescriptorProto.
  absl::string_view bytes(FileId file) const { return files_[file].bytes; }
  absl::Span<const FileId> dependencies(FileId file) const {
    return files_[file].dependencies;
  }

 private:
  struct File {
    absl::string_view bytes;
    std::vector<FileId> dependencies;
  };

  ReflectionIndex() = default;
  bool AddFile(absl::string_view bytes);
  void AddExtensions(const google::protobuf::FileDescriptorProto& file,
                     FileId id);

  std::vector<File> files_;
  std::vector<std::string> services_;
  absl::flat_hash_map<std::string, FileId> by_name_;
  // Messages, enums, services; what is inside is looked up in the file.
  absl::flat_hash_map<std::string, FileId> by_symbol_;
  std::map<std::pair<std::string, int>, FileId> by_extension_;
};

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_REFLECTION_INDEX_H_
