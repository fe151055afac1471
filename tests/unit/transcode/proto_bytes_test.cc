#include <cstdint>
#include <string>
#include <utility>

#include "gateway/transcode/proto_reader.h"
#include "gateway/transcode/proto_writer.h"
#include "gtest/gtest.h"

namespace xapi_gateway::transcode {
namespace {

TEST(ProtoWriterTest, WritesLengthsOfEveryWidth) {
  for (size_t size : {0u, 1u, 127u, 128u, 16383u, 16384u, 2097152u}) {
    for (size_t expected_width : {1u, 2u, 5u}) {
      ProtoWriter writer(0);
      writer.Tag(1, WireType::kLengthDelimited);
      const ProtoWriter::Mark outer = writer.Begin(expected_width);
      writer.Tag(2, WireType::kLengthDelimited);
      writer.Bytes(std::string(size, 'x'));
      writer.End(outer);
      writer.Tag(3, WireType::kVarint);
      writer.Varint(300);

      const std::string bytes = std::move(writer).Take();
      ProtoReader reader(bytes);
      RawField field;
      ASSERT_TRUE(reader.Next(&field)) << size;
      ProtoReader inner(field.bytes);
      RawField text;
      ASSERT_TRUE(inner.Next(&text)) << size;
      EXPECT_EQ(text.bytes, std::string(size, 'x'));
      EXPECT_TRUE(inner.done());
      ASSERT_TRUE(reader.Next(&field)) << size;
      EXPECT_EQ(field.scalar, 300u);
      EXPECT_TRUE(reader.done());
    }
  }
}

TEST(ProtoWriterTest, TakesBackWhatIsTruncated) {
  ProtoWriter writer(0);
  writer.Varint(1);
  const size_t before = writer.size();
  writer.Bytes("gone");
  writer.Truncate(before);
  EXPECT_EQ(std::move(writer).Take(), "\x01");
}

TEST(ProtoReaderTest, StopsAtBytesThatAreNoField) {
  struct Case {
    const char* name;
    std::string bytes;
  };
  const Case kCases[] = {
      {"number zero", std::string("\x00\x00", 2)},
      {"group", "\x0b"},
      {"length beyond the end", "\x0a\x05" "ab"},
      {"length that is negative",
       "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
      {"varint without end", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
      {"varint of 65 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"},
      {"cut off varint", "\x08\x80"},
      {"cut off fixed64", "\x09\x01\x02"},
      {"cut off fixed32", "\x0d\x01"},
      {"tag without value", "\x08"},
      {"tag beyond 32 bits", "\xff\xff\xff\xff\xff\x01\x00"},
  };
  for (const Case& c : kCases) {
    ProtoReader reader(c.bytes);
    RawField field;
    EXPECT_FALSE(reader.Next(&field)) << c.name;
    EXPECT_FALSE(reader.done()) << c.name;
  }
}

TEST(ProtoReaderTest, ReadsTheLargestVarint) {
  const std::string bytes = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  ProtoReader reader(bytes);
  RawField field;
  ASSERT_TRUE(reader.Next(&field));
  EXPECT_EQ(field.scalar, UINT64_MAX);
}

}  // namespace
}  // namespace xapi_gateway::transcode
