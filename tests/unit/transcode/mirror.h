// The mirror's bindings, with messages of their types for tests to fill.
#ifndef TESTS_UNIT_TRANSCODE_MIRROR_H_
#define TESTS_UNIT_TRANSCODE_MIRROR_H_

#include <memory>
#include <string>

#include "gateway/transcode/binding_table.h"
#include "gateway/transcode/plan.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "proto/embedded_descriptors.h"

namespace xapi_gateway::transcode {

// Built once a process: it takes longer than most tests.
class Mirror {
 public:
  static Mirror& Get() {
    static Mirror& mirror = *new Mirror();
    return mirror;
  }

  const BindingTable& table() const { return *table_; }
  const Binding& Method(absl::string_view method) const {
    return *table_->FindMethod(method);
  }

  std::unique_ptr<google::protobuf::Message> NewRequest(
      const Binding& binding) {
    return New(binding.request->name);
  }
  std::unique_ptr<google::protobuf::Message> NewResponse(
      const Binding& binding) {
    return New(binding.response->name);
  }
  std::unique_ptr<google::protobuf::Message> New(const std::string& type) {
    return std::unique_ptr<google::protobuf::Message>(
        factory_.GetPrototype(pool_.FindMessageTypeByName(type))->New());
  }

 private:
  Mirror() : factory_(&pool_) {
    table_ = BindingTable::Compile(DescriptorSet()).value();
    google::protobuf::FileDescriptorSet files;
    files.ParseFromArray(DescriptorSet().data(),
                         static_cast<int>(DescriptorSet().size()));
    for (const auto& file : files.file()) pool_.BuildFile(file);
  }

  std::unique_ptr<const BindingTable> table_;
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
};

}  // namespace xapi_gateway::transcode

#endif  // TESTS_UNIT_TRANSCODE_MIRROR_H_
