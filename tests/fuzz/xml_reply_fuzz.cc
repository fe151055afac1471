#include "tests/fuzz/reply_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace gateway = xapi_gateway;
  gateway::transcode::FuzzReply(gateway::wire::Format::kXmlRpc, data, size);
  return 0;
}
