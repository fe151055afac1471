// Request and response messages.
#include <array>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "proto/generator/context.h"
#include "proto/generator/naming.h"
#include "proto/generator/types.h"

namespace xapi_gateway::protogen {
namespace {

// The shape of an implicit message decides its shared request. "%" stands for
// the word of the last parameter's type.
struct SharedShape {
  absl::string_view kind;
  absl::string_view params;
  absl::string_view request;
  absl::string_view comment;
};

constexpr SharedShape kShapes[] = {
    {"field_get", "self", "SelfRequest", "Names an object."},
    {"get_record", "self", "SelfRequest", "Names an object."},
    {"field_set", "self,value", "Set%Request", "Sets a field of an object."},
    {"field_add", "self,key,value", "AddTo%MapRequest",
     "Adds an entry to a map of an object."},
    {"field_add", "self,value", "AddTo%ListRequest",
     "Adds a member to a set of an object."},
    {"field_remove", "self,key", "RemoveFromMapRequest",
     "Removes an entry from a map of an object."},
    {"field_remove", "self,value", "RemoveFrom%ListRequest",
     "Removes a member from a set of an object."},
    {"get_by_uuid", "uuid", "GetByUuidRequest", "Names an object by its uuid."},
    {"get_by_name_label", "label", "GetByNameLabelRequest",
     "Names all objects of that name."},
    {"get_all", "", "GetAllRequest", "Asks for all objects of a class."},
    {"get_all_records", "", "GetAllRequest",
     "Asks for all objects of a class."}};

bool IsMessageType(const SchemaField& field) {
  return absl::StrContains(field.type, "google.protobuf.");
}

void AddParamOptions(const ModelParam& param, bool secret, SchemaField* field) {
  if (field->name != param.name) {
    field->options.push_back({"(xenapi.v1.name)", Quote(param.name)});
  }
  if (secret) field->options.push_back({"(xenapi.v1.secret)", "true"});
  if (!param.default_json.has_value()) return;
  field->options.push_back(
      {"(xenapi.v1.default_json)", Quote(*param.default_json)});
}

absl::StatusOr<SchemaField> MakeParam(const std::string& message_key,
                                      const ModelParam& param, const Type& type,
                                      const Notes& notes) {
  absl::StatusOr<SchemaField> field = FieldOfType(type);
  if (!field.ok()) return field;
  const std::string key = absl::StrCat(message_key, "/", param.name);
  // The constructor's only parameter is a record, and has no name on the wire.
  field->name = type.Is(TypeKind::kRecord) ? "record" : SnakeName(param.name);
  field->comment = notes.prose.Before(key, ParamFacts(param));
  if (param.default_json.has_value() && !type.IsPlural() &&
      !IsMessageType(*field)) {
    field->label = "optional";
  }
  const bool secret =
      param.secret || IsCredential(type) || notes.secrets.count(key) > 0;
  AddParamOptions(param, secret, &*field);
  return field;
}

absl::StatusOr<SchemaMessage> MakeRequest(const std::string& key,
                                          const ModelMessage& message,
                                          const Notes& notes) {
  SchemaMessage request;
  request.comment = absl::StrCat("The parameters of `", key, "`.");
  for (const ModelParam& param : message.params) {
    const absl::StatusOr<Type> type = ParseType(param.type);
    if (!type.ok()) return type.status();
    absl::StatusOr<SchemaField> field = MakeParam(key, param, *type, notes);
    if (!field.ok()) return field.status();
    request.fields.push_back(*std::move(field));
  }
  return request;
}

absl::StatusOr<SchemaMessage> MakeResponse(const std::string& key,
                                           const Type& result) {
  SchemaMessage response;
  response.comment = absl::StrCat("The result of `", key, "`.");
  if (result.Is(TypeKind::kVoid)) return response;
  absl::StatusOr<SchemaField> field = FieldOfType(result);
  if (!field.ok()) return field.status();
  field->name = result.IsPlural() ? "values" : "value";
  field->comment = absl::StrCat("The result: ", DescribeType(result), ".");
  response.fields.push_back(*std::move(field));
  if (result.HoldsEnum()) {
    response.fields.push_back(UnrecognizedField("the result"));
  }
  return response;
}

// The type with references to objects of whatever class, but for map keys.
Type AnyObject(Type type) {
  if (type.Is(TypeKind::kRef)) type.name = "object";
  if (!type.args.empty()) type.args.back() = AnyObject(type.args.back());
  return type;
}

// Turns a message for one class into one for all: the RPC's options tell the
// class of its references, and nothing is left that only one class knows.
constexpr std::pair<absl::string_view, absl::string_view> kSharedComments[] = {
    {"self", "The reference of the object."},
    {"key", "The key of the entry."},
    {"uuid", "The uuid of the object."},
    {"label", "The `name_label` of the objects."},
    {"value", "The value."},
    {"values", "The values."}};

void MakeShared(SchemaMessage* message) {
  for (SchemaField& field : message->fields) {
    std::erase_if(field.options, [](const SchemaOption& option) {
      return option.name == "(xenapi.v1.secret)";
    });
    for (const auto& [name, comment] : kSharedComments) {
      if (name == field.name) field.comment = std::string(comment);
    }
    for (SchemaOption& option : field.options) {
      if (option.name == "(xenapi.v1.ref)") option.value = "\"*\"";
    }
  }
}

std::string ParamNames(const ModelMessage& message) {
  return absl::StrJoin(message.params, ",",
                       [](std::string* out, const ModelParam& param) {
                         absl::StrAppend(out, param.name);
                       });
}

// The last parameter's type, or void.
Type ValueType(const ModelMessage& message) {
  if (message.params.empty()) return Type();
  const absl::StatusOr<Type> type = ParseType(message.params.back().type);
  return type.ok() ? *type : Type();
}

std::string SharedRequestName(const SharedShape& shape,
                              const ModelMessage& message) {
  if (shape.params != ParamNames(message)) return "";
  if (!absl::StrContains(shape.request, '%')) return std::string(shape.request);
  const std::string word = SharedWord(ValueType(message));
  if (word.empty()) return "";
  return absl::StrReplaceAll(shape.request, {{"%", word}});
}

// What the shared request of the message would be, if it has one: by its kind,
// or by the lock, whatever kind the message has become since.
struct SharedRequest {
  std::string name;
  absl::string_view comment;
};
std::optional<SharedRequest> FindSharedRequest(const ModelMessage& message,
                                               absl::string_view locked) {
  for (const SharedShape& shape : kShapes) {
    const std::string name = SharedRequestName(shape, message);
    if (name.empty()) continue;
    if (locked.empty() ? shape.kind == message.kind : name == locked) {
      return SharedRequest{name, shape.comment};
    }
  }
  return std::nullopt;
}

std::string SharedResponseName(const ModelMessage& message, const Type& result,
                               absl::string_view locked) {
  const std::string word = SharedWord(result);
  if (word.empty()) return "";
  const std::string name = word + "Response";
  const bool implicit = message.kind != "custom" && message.kind != "create" &&
                        message.kind != "destroy";
  return (locked.empty() ? implicit : name == locked) ? name : "";
}

// The file of a shared message: its enum's, its record's class's, or the
// common one.
std::string SharedStem(const Type& type, const BuildContext& context) {
  if (type.Is(TypeKind::kEnum)) return context.enum_homes.at(type.name);
  if (type.Is(TypeKind::kRecord)) return SnakeName(type.name);
  if (type.Is(TypeKind::kMap)) return SharedStem(type.args[1], context);
  return type.args.empty() ? kCommonStem : SharedStem(type.args[0], context);
}

struct CallSource {
  const ModelClass& klass;
  const ModelMessage& message;
  std::string key;     // "VM.start"
  std::string prefix;  // "VmStart"
  LockedRpc locked;    // empty if new
};

absl::Status BuildRequest(const CallSource& source, BuildContext* context,
                          CallTypes* types) {
  absl::StatusOr<SchemaMessage> request =
      MakeRequest(source.key, source.message, context->notes);
  if (!request.ok()) return request.status();
  const std::optional<SharedRequest> shared =
      FindSharedRequest(source.message, source.locked.request);
  request->name = shared ? shared->name : source.prefix + "Request";
  types->request = request->name;
  const std::string stem = SnakeName(source.klass.name);
  if (!shared) return context->AddMessage(stem, *std::move(request));
  const Type value = ValueType(source.message);
  if (source.message.params.size() > 1) types->value_ref = RefClass(value);
  request->comment = std::string(shared->comment);
  MakeShared(&*request);
  return context->AddShared(SharedStem(value, *context), *std::move(request));
}

absl::Status BuildResponse(const CallSource& source, BuildContext* context,
                           CallTypes* types) {
  const absl::StatusOr<Type> result = ParseType(source.message.result);
  if (!result.ok()) return result.status();
  absl::StatusOr<SchemaMessage> response = MakeResponse(source.key, *result);
  if (!response.ok()) return response.status();
  const std::string shared =
      SharedResponseName(source.message, *result, source.locked.response);
  response->name = shared.empty() ? source.prefix + "Response" : shared;
  types->response = response->name;
  const std::string stem = SnakeName(source.klass.name);
  if (shared.empty()) return context->AddMessage(stem, *std::move(response));
  types->result_ref = RefClass(*result);
  response->comment = result->Is(TypeKind::kVoid)
                          ? "Nothing: the call is done."
                          : absl::StrCat("The result of an accessor: ",
                                         DescribeType(AnyObject(*result)), ".");
  MakeShared(&*response);
  return context->AddShared(SharedStem(*result, *context),
                            *std::move(response));
}

}  // namespace

absl::StatusOr<CallTypes> BuildCall(const ModelClass& klass,
                                    const ModelMessage& message,
                                    BuildContext* context) {
  CallSource source = {klass, message,
                       absl::StrCat(klass.name, ".", message.name),
                       CamelName(klass.name) + CamelName(message.name)};
  const auto locked = context->lock.rpcs.find(source.key);
  if (locked != context->lock.rpcs.end()) source.locked = locked->second;
  CallTypes types;
  absl::Status status = BuildRequest(source, context, &types);
  if (status.ok()) status = BuildResponse(source, context, &types);
  if (!status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat(source.key, ": ", status.message()));
  }
  return types;
}

}  // namespace xapi_gateway::protogen
