// Writes sample messages as a xapi host would, by code that shares nothing
// with the transcoder.
#ifndef TESTS_TESTING_WIRE_RENDERER_H_
#define TESTS_TESTING_WIRE_RENDERER_H_

#include <string>

#include "backend/wire/format.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace xapi_gateway::testing {

// The value of one field: a JSON value, or an XML-RPC <value>. Records are
// written with all their fields.
std::string RenderField(const google::protobuf::Message& message,
                        const google::protobuf::FieldDescriptor& field,
                        wire::Format format);

// A successful reply whose result is the first field of `response`, or void
// if it has none.
std::string RenderReply(const google::protobuf::Message& response,
                        wire::Format format);

// The arguments of a call as a JSON array. A record is written as constructors
// get it: with the fields that they take.
std::string RenderJsonArguments(const google::protobuf::Message& request);

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_WIRE_RENDERER_H_
