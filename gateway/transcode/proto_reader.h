// Reads Protobuf wire bytes field by field.
#ifndef GATEWAY_TRANSCODE_PROTO_READER_H_
#define GATEWAY_TRANSCODE_PROTO_READER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "gateway/transcode/proto_writer.h"

namespace xapi_gateway::transcode {

// One field as it stands in the bytes.
struct RawField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t scalar = 0;      // varints and fixed values
  absl::string_view bytes;  // length-delimited values
};

// Walks the fields of one message. Groups, which proto3 does not have, are
// refused. Never reads beyond the bytes it was given.
class ProtoReader {
 public:
  explicit ProtoReader(absl::string_view bytes) : bytes_(bytes) {}

  // Takes the next field; false at the end and at bytes that are no field.
  bool Next(RawField* field);

  // Takes a bare varint or fixed value, as they stand in a packed list.
  bool NextVarint(uint64_t* value);
  bool NextFixed64(uint64_t* value);

  // Whether all bytes were taken, and all of them made sense.
  bool done() const { return bytes_.empty() && !failed_; }

 private:
  bool NextValue(RawField* field);
  bool NextFixed(size_t width, uint64_t* value);
  bool Fail() {
    failed_ = true;
    return false;
  }

  absl::string_view bytes_;
  bool failed_ = false;
};

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_PROTO_READER_H_
