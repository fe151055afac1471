// Services and their RPCs.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/generator/context.h"
#include "proto/generator/naming.h"
#include "proto/generator/types.h"

namespace xapi_gateway::protogen {
namespace {

// How the names of task-running RPCs end, after those of their plain forms.
constexpr char kAsyncSuffix[] = "Async";

struct Role {
  absl::string_view name;  // in xapi
  absl::string_view option;
};

// From the weakest to the strongest.
constexpr Role kLadder[] = {
    {"read-only", "READ_ONLY"},         {"vm-operator", "VM_OPERATOR"},
    {"vm-admin", "VM_ADMIN"},           {"vm-power-admin", "VM_POWER_ADMIN"},
    {"pool-operator", "POOL_OPERATOR"}, {"pool-admin", "POOL_ADMIN"},
};
constexpr Role kLocalRoot = {"local root", "LOCAL_ROOT"};

bool Contains(const std::vector<std::string>& roles, absl::string_view role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

absl::StatusOr<Role> WeakestRole(const Model& model, const std::string& set) {
  const auto found = model.role_sets.find(set);
  if (found == model.role_sets.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model has no role set ", set));
  }
  for (const Role& role : kLadder) {
    if (Contains(found->second, role.name)) return role;
  }
  return kLocalRoot;
}

bool AllowsClientCert(const Model& model, const std::string& set) {
  return Contains(model.role_sets.at(set), "client-cert");
}

bool NamesCredential(const std::string& type) {
  const absl::StatusOr<Type> parsed = ParseType(type);
  return parsed.ok() && IsCredential(*parsed);
}

// Whether the value of a field that must stay hidden passes through the call.
bool HandlesSecretField(const ModelClass& klass, const ModelMessage& message,
                        const Notes& notes) {
  for (const ModelField& field : klass.fields) {
    const std::string key = absl::StrCat(klass.name, ":", field.name);
    if (!field.secret && !NamesCredential(field.type) &&
        notes.secrets.count(key) == 0) {
      continue;
    }
    const bool whole_record = message.kind == "create" ||
                              absl::EndsWith(message.result, " record") ||
                              absl::EndsWith(message.result, " record) map");
    if (message.field == field.name || whole_record) return true;
  }
  return false;
}

// Whether a credential is the result, or an argument in a request that many
// RPCs share, so that the argument itself cannot be marked.
bool HandlesCredential(const ModelMessage& message) {
  if (NamesCredential(message.result)) return true;
  return message.kind != "custom" &&
         std::any_of(message.params.begin(), message.params.end(),
                     [](const ModelParam& param) {
                       return NamesCredential(param.type);
                     });
}

bool IsSecret(const ModelClass& klass, const ModelMessage& message,
              const Notes& notes) {
  return message.secret || HandlesCredential(message) ||
         notes.secrets.count(absl::StrCat(klass.name, ".", message.name)) > 0 ||
         HandlesSecretField(klass, message, notes);
}

absl::StatusOr<std::vector<std::string>> RpcOptions(
    const ModelClass& klass, const ModelMessage& message,
    const CallTypes& types, const std::string& method,
    const BuildContext& context) {
  const absl::StatusOr<Role> role = WeakestRole(context.model, message.roles);
  if (!role.ok()) return role.status();
  std::vector<std::string> lines = {absl::StrCat("method: ", Quote(method)),
                                    absl::StrCat("role: ", role->option)};
  auto add_if = [&lines](bool condition, std::string line) {
    if (condition) lines.push_back(std::move(line));
  };
  add_if(AllowsClientCert(context.model, message.roles), "client_cert: true");
  add_if(!message.needs_session, "no_session: true");
  add_if(IsSecret(klass, message, context.notes), "secret: true");
  add_if(message.lifecycle.IsRemoved(), "removed: true");
  for (const auto& [key, set] : message.key_roles) {
    const absl::StatusOr<Role> key_role = WeakestRole(context.model, set);
    if (!key_role.ok()) return key_role.status();
    lines.push_back("key_roles: {");
    lines.push_back(absl::StrCat("  key: ", Quote(key)));
    lines.push_back(absl::StrCat("  role: ", key_role->option));
    lines.push_back("}");
  }
  add_if(!types.result_ref.empty(),
         absl::StrCat("result_ref: ", Quote(types.result_ref)));
  add_if(!types.value_ref.empty(),
         absl::StrCat("value_ref: ", Quote(types.value_ref)));
  return lines;
}

struct RpcSource {
  const ModelClass& klass;
  const ModelMessage& message;
  const CallTypes& types;
  std::string key;        // "VM.start"
  std::string role_name;  // "vm-operator"
};

absl::StatusOr<SchemaRpc> MakeRpc(const RpcSource& source,
                                  const BuildContext& context) {
  SchemaRpc rpc;
  rpc.method = source.key;
  rpc.name = CamelName(source.message.name);
  rpc.request = source.types.request;
  rpc.response = source.types.response;
  absl::StatusOr<std::vector<std::string>> options = RpcOptions(
      source.klass, source.message, source.types, rpc.method, context);
  if (!options.ok()) return options.status();
  rpc.rpc_options = *std::move(options);
  rpc.idempotency =
      context.notes.idempotency.Level(source.klass.name, source.message);
  rpc.deprecated = source.message.lifecycle.IsDeprecated();
  rpc.comment = context.notes.prose.Before(
      source.key, RpcFacts(rpc.method, source.role_name, source.message));
  return rpc;
}

absl::StatusOr<SchemaRpc> MakeAsyncRpc(const RpcSource& source,
                                       const BuildContext& context) {
  absl::StatusOr<SchemaRpc> rpc = MakeRpc(source, context);
  if (!rpc.ok()) return rpc;
  rpc->method = absl::StrCat("Async.", source.key);
  rpc->rpc_options[0] = absl::StrCat("method: ", Quote(rpc->method));
  rpc->name += kAsyncSuffix;
  rpc->server_streaming = true;
  rpc->response = absl::StrCat(CamelName(source.klass.name),
                               CamelName(source.message.name), "Progress");
  // At the least, each call leaves a task behind.
  if (!rpc->idempotency.empty()) rpc->idempotency = "IDEMPOTENT";
  rpc->comment = context.notes.prose.Before(
      source.key, AsyncRpcFacts(rpc->method, source.role_name, source.message));
  return rpc;
}

SchemaMessage MakeProgress(const SchemaRpc& rpc, const std::string& result) {
  SchemaMessage progress;
  progress.name = rpc.response;
  progress.comment = absl::StrCat("The progress of `", rpc.method, "`.");
  progress.oneof = "update";
  progress.fields = {
      {"How far the task has come.", "", "TaskProgress", "task"},
      {"The result, as the last message.", "", result, "result"}};
  return progress;
}

absl::Status AddRpcs(const ModelClass& klass, const ModelMessage& message,
                     BuildContext* context, SchemaService* service) {
  const absl::StatusOr<CallTypes> types = BuildCall(klass, message, context);
  if (!types.ok()) return types.status();
  const absl::StatusOr<Role> role = WeakestRole(context->model, message.roles);
  if (!role.ok()) return role.status();
  const RpcSource source = {klass, message, *types,
                            absl::StrCat(klass.name, ".", message.name),
                            std::string(role->name)};
  absl::StatusOr<SchemaRpc> rpc = MakeRpc(source, *context);
  if (!rpc.ok()) return rpc.status();
  service->rpcs.push_back(*std::move(rpc));
  if (!message.async) return absl::OkStatus();
  absl::StatusOr<SchemaRpc> async = MakeAsyncRpc(source, *context);
  if (!async.ok()) return async.status();
  service->rpcs.push_back(*async);
  return context->AddMessage(SnakeName(klass.name),
                             MakeProgress(*async, types->response));
}

}  // namespace

absl::Status BuildService(const ModelClass& klass, BuildContext* context) {
  SchemaService service;
  service.name = CamelName(klass.name) + "Service";
  service.class_name = klass.name;
  service.comment =
      context->notes.prose.Before(klass.name, ServiceFacts(klass));
  service.deprecated = klass.lifecycle.IsDeprecated();
  for (const ModelMessage& message : klass.messages) {
    if (!IsPublic(message)) continue;
    const absl::Status status = AddRpcs(klass, message, context, &service);
    if (!status.ok()) return status;
  }
  if (service.rpcs.empty()) return absl::OkStatus();
  context->File(SnakeName(klass.name))->services.push_back(std::move(service));
  return absl::OkStatus();
}

}  // namespace xapi_gateway::protogen
