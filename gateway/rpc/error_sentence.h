// Puts one of xapi's errors into one sentence.
#ifndef GATEWAY_RPC_ERROR_SENTENCE_H_
#define GATEWAY_RPC_ERROR_SENTENCE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "backend/wire/format.h"
#include "gateway/rpc/error_catalog.h"

namespace xapi_gateway::rpc {

// The name of parameter `index`, or "param<index>" if xapi sent one more than
// are known.
std::string ParamName(const ErrorEntry& entry, size_t index);

// `VM.start: VM_BAD_POWER_STATE: the power state of OpaqueRef:1 is "running",
// expected "halted"`. Codes without a sentence of their own list their
// parameters.
std::string ErrorSentence(const ErrorEntry& entry, absl::string_view method,
                          const wire::ApiError& error);

}  // namespace xapi_gateway::rpc

#endif  // GATEWAY_RPC_ERROR_SENTENCE_H_
