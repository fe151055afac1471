// What xapi cannot take in a text, and the gateway therefore refuses.
#ifndef GATEWAY_TRANSCODE_ARGUMENT_TEXT_H_
#define GATEWAY_TRANSCODE_ARGUMENT_TEXT_H_

#include "absl/strings/string_view.h"

namespace xapi_gateway::transcode {

// Says, as the end of a sentence, why `text` cannot be sent; empty if it can.
// It must be UTF-8 of characters that XML can carry: xapi cuts texts off at
// other ones without a word.
absl::string_view TextFault(absl::string_view text);

// The same for a reference. References are opaque, so little can be told; a
// bare uuid, the usual mistake, is one thing that can.
absl::string_view ReferenceFault(absl::string_view text);

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_ARGUMENT_TEXT_H_
