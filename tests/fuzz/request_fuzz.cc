#include <cstdint>
#include <cstdlib>
#include <string>

#include "backend/wire/call_body.h"
#include "backend/wire/reply.h"
#include "gateway/transcode/request_encoder.h"
#include "tests/unit/transcode/mirror.h"

namespace xapi_gateway::transcode {
namespace {

constexpr const char* kMethods[] = {
    "VM.create",        "VM.set_other_config", "VM.set_tags",
    "VM.migrate_send",  "host.evacuate",       "VM.set_actions_after_crash",
    "event.from",       "VDI.introduce",       "Cluster.create",
    "VM.set_blocked_operations", "VM.snapshot", "VM.set_snapshot_time",
};

// Encodes the input as a request on both wires. They refuse the same inputs,
// and what they accept makes a call that a parser can read.
void FuzzRequest(const uint8_t* data, size_t size) {
  if (size == 0) return;
  const Binding* binding =
      Mirror::Get().table().FindMethod(kMethods[data[0] % std::size(kMethods)]);
  if (binding == nullptr) return;
  const absl::string_view bytes(reinterpret_cast<const char*>(data + 1),
                                size - 1);
  const auto json = EncodeArguments(*binding, bytes, wire::Format::kJsonRpc);
  const auto xml = EncodeArguments(*binding, bytes, wire::Format::kXmlRpc);
  if (json.ok() != xml.ok()) abort();
  if (!json.ok()) return;
  // As a reply whose result are the arguments, the text has to be readable.
  wire::Reply reply{wire::Format::kJsonRpc,
                    R"({"jsonrpc":"2.0","result":[)" + *json + R"(],"id":1})"};
  if (!wire::ReadJson(reply).ok()) abort();
}

}  // namespace
}  // namespace xapi_gateway::transcode

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  xapi_gateway::transcode::FuzzRequest(data, size);
  return 0;
}
