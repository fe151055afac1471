// Text inside XML elements.
#ifndef BACKEND_WIRE_XML_TEXT_H_
#define BACKEND_WIRE_XML_TEXT_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace xapi_gateway::wire {

bool IsUtf8(absl::string_view text);

// Replaces the references in `raw`. A CR stays, though XML would have it read
// as LF: xapi writes it without escaping, and means it.
// `out` takes at most raw.size() bytes; `size` tells how many. False if a
// reference is not closed, not known or names no character.
bool DecodeXmlText(absl::string_view raw, char* out, size_t* size);

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_XML_TEXT_H_
