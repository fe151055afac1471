// The .proto files as data: built from the model, numbered by the lock,
// printed.
#ifndef PROTO_GENERATOR_SCHEMA_H_
#define PROTO_GENERATOR_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace xapi_gateway::protogen {

// The field that keeps what a record or response holds beyond the schema. One
// number for all messages, so that code can find it without a descriptor. It
// lies far above any field that a class will have (VM, the largest, has 93),
// below the range that Protobuf keeps for itself, and still takes a two-byte
// tag.
inline constexpr absl::string_view kUnrecognizedField = "unrecognized";
inline constexpr int kUnrecognizedNumber = 1000;

// The type "" stands for a message without a type of its own.
struct SchemaOption {
  std::string name;   // "deprecated", "(xenapi.v1.ref)"
  std::string value;  // as it stands in the file: "true", "\"VM\""
};

struct SchemaField {
  std::string comment;
  std::string label;  // "", "optional" or "repeated"
  std::string type;   // "string", "Vm", "map<string, string>"
  std::string name;
  int number = 0;  // 0: the lock decides
  std::vector<SchemaOption> options;

  // Label and type, which is what a number stands for.
  std::string TypeText() const {
    return label.empty() ? type : label + " " + type;
  }
};

struct SchemaMessage {
  std::string comment;
  std::string name;
  std::string oneof;  // if not empty, all fields are members of this oneof
  std::vector<SchemaOption> options;
  std::vector<SchemaField> fields;
  std::vector<int> reserved_numbers;
  std::vector<std::string> reserved_names;
};

struct SchemaEnumValue {
  std::string comment;
  std::string name;
  std::string text;  // on the wire
  int number = 0;    // the lock decides, but for the zero value
};

struct SchemaEnum {
  std::string comment;
  std::string name;
  std::string zero_name;
  std::vector<SchemaEnumValue> values;  // without the zero value
  std::vector<int> reserved_numbers;
  std::vector<std::string> reserved_names;
};

struct SchemaRpc {
  std::string comment;
  std::string method;  // on the wire; also the key in the lock
  std::string name;
  std::string request;
  std::string response;
  bool server_streaming = false;
  std::vector<std::string> rpc_options;  // lines of the (xenapi.v1.rpc) option
  std::string idempotency;               // "" if unknown
  bool deprecated = false;
};

struct SchemaService {
  std::string comment;
  std::string name;
  std::string class_name;
  bool deprecated = false;
  std::vector<SchemaRpc> rpcs;
};

struct SchemaFile {
  std::string stem;  // "vm" for xenapi/v1/vm.proto
  std::string comment;
  std::vector<SchemaService> services;  // one, or none in common.proto
  std::vector<SchemaMessage> messages;
  std::vector<SchemaEnum> enums;
};

// Files in the order of the model's classes, common.proto first.
struct Schema {
  std::vector<SchemaFile> files;
};

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_SCHEMA_H_
