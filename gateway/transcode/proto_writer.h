// Writes Protobuf wire bytes front to back.
#ifndef GATEWAY_TRANSCODE_PROTO_WRITER_H_
#define GATEWAY_TRANSCODE_PROTO_WRITER_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace xapi_gateway::transcode {

enum class WireType : uint32_t {
  kVarint = 0,
  kFixed64 = 1,
  kLengthDelimited = 2,
  kFixed32 = 5,
};

// Grows as needed. A message whose length is not known yet is written behind
// room for the length that is expected; a wrong guess costs one move of the
// message. Not thread-safe.
class ProtoWriter {
 public:
  // `expected_bytes` sizes the first buffer.
  explicit ProtoWriter(size_t expected_bytes) { out_.resize(expected_bytes + 16); }

  void Tag(uint32_t number, WireType type) {
    Varint((number << 3) | static_cast<uint32_t>(type));
  }
  void Varint(uint64_t value) {
    Ensure(10);
    char* p = &out_[size_];
    char* const begin = p;
    while (value >= 0x80) {
      *p++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *p++ = static_cast<char>(value);
    size_ += static_cast<size_t>(p - begin);
  }
  void Double(double value) {
    static_assert(sizeof value == 8);
    Ensure(8);
    // Little-endian, as are all machines that this builds for.
    memcpy(&out_[size_], &value, 8);
    size_ += 8;
  }
  // A length and the bytes.
  void Bytes(absl::string_view bytes) {
    Varint(bytes.size());
    Ensure(bytes.size());
    memcpy(&out_[size_], bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  struct Mark {
    size_t begin;    // where the length goes
    size_t width;    // bytes left for it
  };
  // Starts something length-delimited; `width` is the length's expected size
  // in bytes, 1 to 5.
  Mark Begin(size_t width) {
    Ensure(width);
    Mark mark{size_, width};
    size_ += width;
    return mark;
  }
  void End(Mark mark) {
    const size_t length = size_ - mark.begin - mark.width;
    const size_t width = VarintSize(length);
    if (width != mark.width) Move(mark, length, width);
    char* p = &out_[mark.begin];
    size_t value = length;
    for (size_t i = 1; i < width; ++i, value >>= 7) {
      *p++ = static_cast<char>(value | 0x80);
    }
    *p = static_cast<char>(value);
  }

  size_t size() const { return size_; }
  // Takes back all that was written since the writer had this size.
  void Truncate(size_t size) { size_ = size; }

  std::string Take() && {
    out_.resize(size_);
    return std::move(out_);
  }

 private:
  static size_t VarintSize(size_t value) {
    size_t size = 1;
    for (; value >= 0x80; value >>= 7) ++size;
    return size;
  }
  void Ensure(size_t more) {
    if (out_.size() - size_ < more) out_.resize((size_ + more) * 2);
  }
  void Move(Mark mark, size_t length, size_t width) {
    Ensure(width);
    memmove(&out_[mark.begin + width], &out_[mark.begin + mark.width], length);
    size_ = mark.begin + width + length;
  }

  std::string out_;
  size_t size_ = 0;
};

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_PROTO_WRITER_H_
