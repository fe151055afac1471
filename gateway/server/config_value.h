// Single values of the configuration: text in, field of a message out.
#ifndef GATEWAY_SERVER_CONFIG_VALUE_H_
#define GATEWAY_SERVER_CONFIG_VALUE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace xapi_gateway::server {

// Whether values of the field stand in a file as one text: numbers, booleans,
// strings, enums and durations, in contrast to messages.
bool IsScalar(const google::protobuf::FieldDescriptor& field);

// Sets the field, or adds to it if it is repeated. INVALID_ARGUMENT says what
// `text` should have been, or which limit of the field's rule it breaks.
absl::Status SetScalar(google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field,
                       absl::string_view text);

// The text that would set the field (or its element `index`, -1 for a field
// that is not repeated) to what it holds.
std::string ScalarText(const google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field,
                       int index);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_CONFIG_VALUE_H_
