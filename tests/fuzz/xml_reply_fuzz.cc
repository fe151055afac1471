#include <cstdio>
#include <cstdlib>
#include <string>

#include "backend/wire/xml_document.h"
#include "backend/wire/xml_reader.h"
#include "tests/fuzz/reply_fuzz.h"

namespace {

namespace wire = xapi_gateway::wire;

// Names are read as xapi writes them, unescaped, which is no XML.
bool HasOddNames(const std::string& body) {
  for (size_t at = body.find("<name"); at != std::string::npos;
       at = body.find("<name", at + 1)) {
    const size_t begin = body.find('>', at) + 1;
    const size_t end = body.find("</name>", at);
    if (end == std::string::npos || begin > end ||
        body.substr(begin, end - begin).find_first_of("<&\r") !=
            std::string::npos) {
      return true;
    }
  }
  return false;
}

// What the streaming reader makes of a reply, tinyxml2 has to make of it, too.
void CompareReaders(const std::string& body) {
  // tinyxml2 turns CR into LF, the streaming reader does not.
  if (HasOddNames(body) || body.find('\r') != std::string::npos) return;
  std::string streamed;
  if (!wire::IsUtf8(body) ||
      !wire::ReadXmlResult(body, [&](wire::XmlValue& value) {
        value.AppendJson(streamed);
        return true;
      })) {
    return;
  }
  wire::XmlDocument document;
  if (!document.Parse(body) || document.Result() == nullptr) return;
  std::string parsed;
  wire::XmlNode(document.Result()).AppendJson(parsed);
  if (streamed != parsed) {
    fprintf(stderr, "%s\n!=\n%s\n", streamed.c_str(), parsed.c_str());
    abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  xapi_gateway::transcode::FuzzReply(wire::Format::kXmlRpc, data, size);
  if (size > 0) {
    CompareReaders(
        std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  }
  return 0;
}
