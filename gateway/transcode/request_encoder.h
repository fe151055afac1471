// Protobuf request bytes to the arguments of a xapi call.
#ifndef GATEWAY_TRANSCODE_REQUEST_ENCODER_H_
#define GATEWAY_TRANSCODE_REQUEST_ENCODER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "backend/wire/format.h"
#include "gateway/transcode/binding_table.h"

namespace xapi_gateway::transcode {

// Encodes the request of `binding` as positional arguments, without envelope
// and session, for wire::CallBody. Trailing parameters that have a default and
// are unset are left out, so that older hosts accept the call.
//
// INVALID_ARGUMENT, starting with the path of the field, such as
// "record.other_config[\"k\"]: ...", for bytes that are no such message, text
// that is not UTF-8 or holds control characters (xapi cuts such text off),
// unknown enum numbers and fields, an unset `self`, unset enums, times that xapi
// cannot write. Nothing of a secret field is quoted. Other references may be
// unset: xapi's null reference is an argument like any other.
//
// The path also stands alone in the payload kFieldPathPayload of the status.
//
// Pure and thread-safe.
absl::StatusOr<std::string> EncodeArguments(const Binding& binding,
                                            absl::string_view request,
                                            wire::Format format);

// Type URL of the status payload that holds the path of the offending field.
inline constexpr absl::string_view kFieldPathPayload = "xapi-gateway/field";

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_REQUEST_ENCODER_H_
