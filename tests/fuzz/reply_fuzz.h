// What both reply fuzzers check.
#ifndef TESTS_FUZZ_REPLY_FUZZ_H_
#define TESTS_FUZZ_REPLY_FUZZ_H_

#include <cstdint>
#include <cstdlib>
#include <string>

#include "backend/wire/reply.h"
#include "backend/wire/tree.h"
#include "gateway/transcode/reply_decoder.h"
#include "tests/unit/transcode/mirror.h"

namespace xapi_gateway::transcode {

// The shapes that results have; the first byte of an input chooses.
inline constexpr const char* kFuzzedMethods[] = {
    "VM.get_all_records",     "VM.get_record",
    "VM_metrics.get_record",  "event.from",
    "VM.get_name_label",      "VM.get_memory_target",
    "task.get_progress",      "VM.get_allowed_operations",
    "VM.get_snapshot_time",   "SR.probe_ext",
    "pool.ha_compute_vm_failover_plan", "pool.check_update_readiness",
    "VM.set_name_label",      "VM.get_other_config",
};

// Decodes the input as a reply. Whatever is accepted has to be a valid message
// of the response type.
inline void FuzzReply(wire::Format format, const uint8_t* data, size_t size) {
  if (size == 0) return;
  const Binding& binding = Mirror::Get().Method(
      kFuzzedMethods[data[0] % std::size(kFuzzedMethods)]);
  const std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
  wire::Reply reply{format, body};
  const absl::StatusOr<std::string> response = DecodeReply(binding, reply);
  if (response.ok() &&
      !Mirror::Get().NewResponse(binding)->ParseFromString(*response)) {
    abort();
  }
  wire::Reply again{format, body};
  (void)wire::ReadError(again);
  (void)wire::ReadString(again);
  (void)wire::ReadJson(again);
  (void)wire::ReadTree(again);
  (void)DecodeTaskResult(binding, body);
}

}  // namespace xapi_gateway::transcode

#endif  // TESTS_FUZZ_REPLY_FUZZ_H_
