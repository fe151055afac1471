#include "gateway/rpc/generic_service.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/rpc/error_status.h"
#include "gateway/rpc/path_help.h"
#include "gateway/rpc/unary_call.h"

namespace xapi_gateway::rpc {
namespace {

// A call that ends before it began.
class RefusedCall final : public grpc::ServerGenericBidiReactor {
 public:
  explicit RefusedCall(grpc::Status status) { Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

grpc::ServerGenericBidiReactor* Refuse(
    const Environment& environment, grpc::GenericCallbackServerContext& context,
    const transcode::Binding* binding, const GatewayError& error) {
  if (environment.report) {
    const std::string peer = context.peer();
    CallReport report;
    report.path = context.method();
    report.binding = binding;
    report.peer = peer;
    report.status = static_cast<int>(error.status.code());
    report.message = error.status.message();
    environment.report(report);
  }
  return new RefusedCall(ToGrpc(error));
}

GatewayError NoTasksYet(const transcode::Binding& binding) {
  return {absl::UnimplementedError(absl::StrCat(
              binding.method, ": this gateway does not stream tasks, call ",
              absl::StripPrefix(binding.method, "Async."), " instead")),
          "NO_TASK_STREAMS",
          {{"method", binding.method}}};
}

}  // namespace

grpc::ServerGenericBidiReactor* GenericService::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  const transcode::Binding* binding =
      environment_.table->Find(context->method());
  if (binding != nullptr && binding->streaming) {
    return Refuse(environment_, *context, binding, NoTasksYet(*binding));
  }
  if (binding != nullptr)
    return new UnaryCall(environment_, *binding, *context);
  const auto handler = handlers_.find(context->method());
  if (handler != handlers_.end()) return handler->second(*context);
  return Refuse(environment_, *context, nullptr,
                ExplainUnknownPath(*environment_.table, context->method()));
}

}  // namespace xapi_gateway::rpc
