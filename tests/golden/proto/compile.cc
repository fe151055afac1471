#include "tests/golden/proto/compile.h"

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"

namespace xapi_gateway::protogen {
namespace {

namespace pb = google::protobuf;

constexpr char kDir[] = "xenapi/v1/";

// Files in memory first, then those on disk.
class Sources : public pb::compiler::SourceTree {
 public:
  explicit Sources(const std::map<std::string, std::string>& files) {
    for (const auto& [name, text] : files) files_[kDir + name] = text;
    disk_.MapPath("", "proto");
    disk_.MapPath("", PROTOBUF_INCLUDE_DIR);
  }

  pb::io::ZeroCopyInputStream* Open(const std::string& name) override {
    const auto found = files_.find(name);
    if (found == files_.end()) return disk_.Open(name);
    return new pb::io::ArrayInputStream(found->second.data(),
                                        found->second.size());
  }

 private:
  std::map<std::string, std::string> files_;
  pb::compiler::DiskSourceTree disk_;
};

class Errors : public pb::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int column,
                const std::string& message) override {
    ADD_FAILURE() << file << ":" << line + 1 << ": " << message;
  }
};

void AddWithImports(const pb::FileDescriptor& file,
                    std::set<std::string>* added, pb::FileDescriptorSet* set) {
  if (!added->insert(std::string(file.name())).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) {
    AddWithImports(*file.dependency(i), added, set);
  }
  file.CopyTo(set->add_file());
}

}  // namespace

std::string CompileMirror(const std::map<std::string, std::string>& files) {
  Sources sources(files);
  Errors errors;
  pb::compiler::Importer importer(&sources, &errors);
  pb::FileDescriptorSet set;
  std::set<std::string> added;
  for (const auto& [name, text] : files) {
    if (!absl::EndsWith(name, ".proto")) continue;
    const pb::FileDescriptor* file = importer.Import(kDir + name);
    if (file == nullptr) return "";
    AddWithImports(*file, &added, &set);
  }
  return set.SerializeAsString();
}

}  // namespace xapi_gateway::protogen
