#include "gateway/transcode/proto_reader.h"

namespace xapi_gateway::transcode {

bool ProtoReader::NextVarint(uint64_t* value) {
  constexpr int kMaxVarintBytes = 10;
  uint64_t result = 0;
  for (size_t i = 0; i < bytes_.size() && i < kMaxVarintBytes; ++i) {
    const auto byte = static_cast<uint8_t>(bytes_[i]);
    // The tenth byte has room for one bit.
    if (i == kMaxVarintBytes - 1 && byte > 1) return Fail();
    result |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      bytes_.remove_prefix(i + 1);
      *value = result;
      return true;
    }
  }
  return Fail();
}

bool ProtoReader::NextFixed(size_t width, uint64_t* value) {
  if (bytes_.size() < width) return Fail();
  *value = 0;
  for (size_t i = 0; i < width; ++i) {
    *value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[i])) << (8 * i);
  }
  bytes_.remove_prefix(width);
  return true;
}

bool ProtoReader::NextFixed64(uint64_t* value) { return NextFixed(8, value); }

bool ProtoReader::Next(RawField* field) {
  uint64_t tag;
  if (bytes_.empty() || !NextVarint(&tag)) return false;
  if (tag > UINT32_MAX || tag >> 3 == 0) return Fail();
  field->number = static_cast<uint32_t>(tag >> 3);
  field->type = static_cast<WireType>(tag & 7);
  field->bytes = {};
  return NextValue(field);
}

bool ProtoReader::NextValue(RawField* field) {
  switch (field->type) {
    case WireType::kVarint:
      return NextVarint(&field->scalar);
    case WireType::kFixed64:
      return NextFixed(8, &field->scalar);
    case WireType::kFixed32:
      return NextFixed(4, &field->scalar);
    case WireType::kLengthDelimited: {
      uint64_t size;
      if (!NextVarint(&size) || size > bytes_.size()) return Fail();
      field->bytes = bytes_.substr(0, size);
      bytes_.remove_prefix(size);
      return true;
    }
  }
  return Fail();
}

}  // namespace xapi_gateway::transcode
