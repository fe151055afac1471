#include "gateway/transcode/binding_table.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/transcode/plan.h"
#include "gateway/transcode/plan_compiler.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "xenapi/v1/annotations.pb.h"

namespace xapi_gateway::transcode {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;
using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
using google::protobuf::ServiceDescriptor;

// The field of a progress message that holds the final response.
constexpr char kResultField[] = "result";

Idempotency IdempotencyOf(const MethodOptions& options) {
  switch (options.idempotency_level()) {
    case MethodOptions::NO_SIDE_EFFECTS:
      return Idempotency::kNoSideEffects;
    case MethodOptions::IDEMPOTENT:
      return Idempotency::kIdempotent;
    default:
      return Idempotency::kUnknown;
  }
}

const Descriptor* ResponseType(const MethodDescriptor& method) {
  if (!method.server_streaming()) return method.output_type();
  const auto* result = method.output_type()->FindFieldByName(kResultField);
  return result == nullptr ? nullptr : result->message_type();
}

// Compiles the services of a pool into bindings.
class TableCompiler {
 public:
  TableCompiler(PlanStore& plans, std::deque<Binding>& bindings,
                std::vector<std::string>& services)
      : plans_(plans, faults_), bindings_(bindings), services_(services) {}

  void File(const FileDescriptor& file) {
    for (int i = 0; i < file.message_type_count(); ++i) {
      plans_.IndexRecord(*file.message_type(i));
    }
    for (int i = 0; i < file.service_count(); ++i) Service(*file.service(i));
  }

  const std::vector<std::string>& faults() const { return faults_; }

 private:
  void Service(const ServiceDescriptor& service) {
    bool mirrored = false;
    for (int i = 0; i < service.method_count(); ++i) {
      if (!service.method(i)->options().HasExtension(xenapi::v1::rpc)) continue;
      mirrored = true;
      Method(service, *service.method(i));
    }
    if (mirrored) services_.emplace_back(service.full_name());
  }

  void Method(const ServiceDescriptor& service,
              const MethodDescriptor& method) {
    const xenapi::v1::Rpc& rpc = method.options().GetExtension(xenapi::v1::rpc);
    const std::string name(method.full_name());
    if (rpc.method().empty()) Fault(name, "names no xapi method");
    if (rpc.role() == xenapi::v1::Rpc::ROLE_UNSPECIFIED) {
      Fault(name, "states no role");
    }
    const Descriptor* response = ResponseType(method);
    if (response == nullptr) {
      Fault(name, "is a stream without a result");
      return;
    }
    Binding& binding = bindings_.emplace_back();
    binding.path =
        absl::StrCat("/", std::string(service.full_name()), "/",
                     std::string(method.name()));
    binding.method = rpc.method();
    binding.class_name =
        service.options().GetExtension(xenapi::v1::class_);
    binding.role = static_cast<Role>(rpc.role());
    binding.client_cert = rpc.client_cert();
    binding.with_session = !rpc.no_session();
    binding.secret = rpc.secret();
    binding.streaming = method.server_streaming();
    binding.idempotency = IdempotencyOf(method.options());
    for (const auto& key : rpc.key_roles()) {
      binding.key_roles.push_back({key.key(), static_cast<Role>(key.role())});
    }
    binding.request = plans_.Message(*method.input_type());
    binding.response = plans_.Message(*response);
  }

  void Fault(const std::string& where, const std::string& what) {
    faults_.push_back(absl::StrCat(where, ": ", what));
  }

  std::vector<std::string> faults_;
  PlanCompiler plans_;
  std::deque<Binding>& bindings_;
  std::vector<std::string>& services_;
};

}  // namespace

BindingTable::BindingTable() : plans_(std::make_unique<PlanStore>()) {}
BindingTable::~BindingTable() = default;

absl::StatusOr<std::unique_ptr<const BindingTable>> BindingTable::Compile(
    absl::string_view descriptor_set) {
  FileDescriptorSet files;
  if (!files.ParseFromArray(descriptor_set.data(),
                            static_cast<int>(descriptor_set.size()))) {
    return absl::InvalidArgumentError("the bytes are no FileDescriptorSet");
  }
  auto table = absl::WrapUnique(new BindingTable());
  DescriptorPool pool;
  TableCompiler compiler(*table->plans_, table->bindings_, table->services_);
  for (const auto& file : files.file()) {
    const FileDescriptor* built = pool.BuildFile(file);
    if (built == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.name(), " does not stand after all its imports, "
                                    "or is no valid file"));
    }
    compiler.File(*built);
  }
  if (!compiler.faults().empty()) {
    return absl::InvalidArgumentError(
        absl::StrJoin(compiler.faults(), "\n"));
  }
  for (const Binding& binding : table->bindings_) {
    table->by_path_[binding.path] = &binding;
    table->by_method_[binding.method] = &binding;
  }
  return table;
}

const Binding* BindingTable::Find(absl::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

const Binding* BindingTable::FindMethod(absl::string_view method) const {
  const auto found = by_method_.find(method);
  return found == by_method_.end() ? nullptr : found->second;
}

}  // namespace xapi_gateway::transcode
