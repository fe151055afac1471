// The decoder of both wires: a template over the value that walks the reply.
#ifndef GATEWAY_TRANSCODE_RESULT_DECODER_H_
#define GATEWAY_TRANSCODE_RESULT_DECODER_H_

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "backend/wire/format.h"
#include "gateway/transcode/datetime.h"
#include "gateway/transcode/plan.h"
#include "gateway/transcode/proto_writer.h"

namespace xapi_gateway::transcode {

// How a value took to its place.
enum class Fit {
  kNot,     // nothing was written
  kPartly,  // members of a list or map that do not fit were left out
  kFully,
};

// Writes one result as the response message. `Value` is wire::JsonValue or
// wire::XmlValue. What does not fit is kept as JSON by the record that it
// belongs to. Not thread-safe, used once.
template <typename Value>
class ResultDecoder {
 public:
  explicit ResultDecoder(ProtoWriter& out) : out_(out) {}

  // Decodes the result of a call whose response is `plan`. False if it fits
  // nowhere; `expected()` then says what was asked for.
  bool Response(const MessagePlan& plan, Value& result) {
    if (plan.fields.empty()) return true;
    const FieldPlan& field = plan.fields.front();
    if (Field(field, result) == Fit::kFully) return true;
    if (plan.unrecognized == 0) return false;
    Keep(plan, field.name, result);
    return true;
  }

  absl::string_view expected() const { return expected_; }

 private:
  // The size of a length prefix: records mostly take two bytes, all else one.
  static size_t LengthWidth(Kind kind) { return kind == Kind::kRecord ? 2 : 1; }

  static bool Packs(Kind kind) {
    return kind == Kind::kInt || kind == Kind::kDouble || kind == Kind::kBool ||
           kind == Kind::kEnum;
  }

  // Nothing of a field is left behind that does not fit at all.
  Fit Field(const FieldPlan& field, Value& value) {
    const size_t before = out_.size();
    Fit fit = Fit::kNot;
    switch (field.shape) {
      case Shape::kSingular:
        fit = Element(field.value, field.number, !field.explicit_presence,
                      value);
        break;
      case Shape::kRepeated:
        fit = Packs(field.value.kind) ? PackedList(field, value)
                                      : List(field, value);
        break;
      case Shape::kMap:
        fit = Map(field, value);
        break;
    }
    if (fit == Fit::kNot) out_.Truncate(before);
    return fit;
  }

  Fit List(const FieldPlan& field, Value& value) {
    Fit fit = Fit::kFully;
    const bool is_list = value.Elements([&](Value& element) {
      const size_t before = out_.size();
      const Fit member = Element(field.value, field.number, false, element);
      if (member == Fit::kNot) out_.Truncate(before);
      if (member != Fit::kFully) fit = Fit::kPartly;
      return true;
    });
    return is_list ? fit : Expect("a list");
  }

  Fit PackedList(const FieldPlan& field, Value& value) {
    const size_t before = out_.size();
    out_.Tag(field.number, WireType::kLengthDelimited);
    const ProtoWriter::Mark mark = out_.Begin(1);
    const size_t empty = out_.size();
    Fit fit = Fit::kFully;
    const bool is_list = value.Elements([&](Value& element) {
      if (!PackedScalar(field.value, element)) fit = Fit::kPartly;
      return true;
    });
    if (!is_list) return Expect("a list");
    if (out_.size() == empty) {
      out_.Truncate(before);
    } else {
      out_.End(mark);
    }
    return fit;
  }

  Fit Map(const FieldPlan& field, Value& value) {
    Fit fit = Fit::kFully;
    const bool is_map =
        value.Members([&](absl::string_view key, Value& member) {
          if (Entry(field, key, member) != Fit::kFully) fit = Fit::kPartly;
          return true;
        });
    return is_map ? fit : Expect("a map");
  }

  Fit Entry(const FieldPlan& field, absl::string_view key, Value& value) {
    const size_t before = out_.size();
    out_.Tag(field.number, WireType::kLengthDelimited);
    const ProtoWriter::Mark mark = out_.Begin(LengthWidth(field.value.kind));
    Fit fit = Key(field.key, key);
    if (fit == Fit::kFully) fit = Element(field.value, 2, false, value);
    if (fit == Fit::kNot) {
      out_.Truncate(before);
    } else {
      out_.End(mark);
    }
    return fit;
  }

  Fit Key(const ValuePlan& plan, absl::string_view key) {
    if (plan.kind == Kind::kInt) {
      int64_t number;
      if (!absl::SimpleAtoi(key, &number)) return Expect("integer keys");
      return WriteVarint(1, static_cast<uint64_t>(number));
    }
    if (key == wire::kNullReference && plan.kind == Kind::kRef) key = "";
    return WriteText(1, key);
  }

  // Writes tag and value. With `skip_zero` a zero leaves no trace, as Protobuf
  // has it for fields without presence.
  Fit Element(const ValuePlan& plan, uint32_t number, bool skip_zero,
              Value& value) {
    using Decode =
        Fit (ResultDecoder::*)(const ValuePlan&, uint32_t, bool, Value&);
    static constexpr Decode kDecode[kKinds] = {
        &ResultDecoder::Text,    &ResultDecoder::Ref,
        &ResultDecoder::Int,     &ResultDecoder::Double,
        &ResultDecoder::Bool,    &ResultDecoder::Timestamp,
        &ResultDecoder::Enum,    &ResultDecoder::Record,
        &ResultDecoder::Wrapper, &ResultDecoder::Any,
    };
    return (this->*kDecode[static_cast<int>(plan.kind)])(plan, number,
                                                         skip_zero, value);
  }

  Fit Text(const ValuePlan&, uint32_t number, bool skip_zero, Value& value) {
    absl::string_view text;
    if (!value.String(&text)) return Expect("a string");
    return skip_zero && text.empty() ? Fit::kFully : WriteText(number, text);
  }

  Fit Ref(const ValuePlan&, uint32_t number, bool skip_zero, Value& value) {
    absl::string_view text;
    if (!value.String(&text)) return Expect("a reference");
    if (text == wire::kNullReference) text = "";
    return skip_zero && text.empty() ? Fit::kFully : WriteText(number, text);
  }

  Fit Int(const ValuePlan&, uint32_t number, bool skip_zero, Value& value) {
    int64_t integer;
    if (!value.Int(&integer)) return Expect("an integer of 64 bits");
    if (skip_zero && integer == 0) return Fit::kFully;
    return WriteVarint(number, static_cast<uint64_t>(integer));
  }

  Fit Double(const ValuePlan&, uint32_t number, bool skip_zero, Value& value) {
    double real;
    if (!value.Double(&real)) return Expect("a number");
    // Minus zero has bits to carry.
    if (skip_zero && real == 0 && !std::signbit(real)) return Fit::kFully;
    out_.Tag(number, WireType::kFixed64);
    out_.Double(real);
    return Fit::kFully;
  }

  Fit Bool(const ValuePlan&, uint32_t number, bool skip_zero, Value& value) {
    bool truth;
    if (!value.Bool(&truth)) return Expect("true or false");
    return skip_zero && !truth ? Fit::kFully : WriteVarint(number, truth);
  }

  Fit Timestamp(const ValuePlan&, uint32_t number, bool, Value& value) {
    absl::string_view text;
    if (!value.String(&text)) return Expect("a date");
    const std::optional<int64_t> seconds = ParseDateTime(text);
    if (!seconds) return Expect("a date such as 20260131T09:05:07Z");
    out_.Tag(number, WireType::kLengthDelimited);
    const ProtoWriter::Mark mark = out_.Begin(1);
    if (*seconds != 0) WriteVarint(1, static_cast<uint64_t>(*seconds));
    out_.End(mark);
    return Fit::kFully;
  }

  bool EnumNumber(const ValuePlan& plan, Value& value, int* number) {
    absl::string_view text;
    if (value.String(&text)) {
      const auto found = plan.enumeration->numbers.find(text);
      if (found != plan.enumeration->numbers.end()) {
        *number = found->second;
        return true;
      }
    }
    Expect(plan.enumeration->name);
    return false;
  }

  Fit Enum(const ValuePlan& plan, uint32_t number, bool, Value& value) {
    int known;
    if (!EnumNumber(plan, value, &known)) return Fit::kNot;
    return WriteVarint(number, static_cast<uint64_t>(known));
  }

  Fit Record(const ValuePlan& plan, uint32_t number, bool, Value& value) {
    return Message(*plan.message, number, value);
  }

  Fit Message(const MessagePlan& plan, uint32_t number, Value& value) {
    out_.Tag(number, WireType::kLengthDelimited);
    const ProtoWriter::Mark mark = out_.Begin(2);
    if (!RecordFields(plan, value)) return Expect("a record");
    out_.End(mark);
    return Fit::kFully;
  }

  bool RecordFields(const MessagePlan& plan, Value& value) {
    size_t next = 0;
    const RecordIndex::Record* record = nullptr;
    return value.Members([&](absl::string_view key, Value& member) {
      const FieldPlan* field = FindField(plan, key, &next);
      Fit fit = Fit::kNot;
      if (field != nullptr && field->value.kind == Kind::kAny) {
        fit = AnyField(*field, record, member);
      } else if (field != nullptr && field->names_class) {
        fit = ClassName(*field, member, &record);
      } else if (field != nullptr) {
        fit = Field(*field, member);
      }
      if (fit != Fit::kFully) Keep(plan, key, member);
      return true;
    });
  }

  // xapi writes the members of all records of a class in one order, so the
  // one after the last that was found is nearly always right.
  static const FieldPlan* FindField(const MessagePlan& plan,
                                    absl::string_view key, size_t* next) {
    if (*next < plan.fields.size() && plan.fields[*next].wire_name == key) {
      return &plan.fields[(*next)++];
    }
    const auto found = plan.by_wire_name.find(key);
    if (found == plan.by_wire_name.end()) return nullptr;
    *next = found->second + 1u;
    return &plan.fields[found->second];
  }

  Fit ClassName(const FieldPlan& field, Value& value,
                const RecordIndex::Record** record) {
    absl::string_view text;
    if (!value.String(&text)) return Expect("a class name");
    const auto& records = field.value.records->by_class;
    const auto found = records.find(absl::AsciiStrToLower(text));
    *record = found == records.end() ? nullptr : &found->second;
    return WriteText(field.number, text);
  }

  // A record whose class was not named before it, or is not in the schema, is
  // kept as JSON.
  Fit AnyField(const FieldPlan& field, const RecordIndex::Record* record,
               Value& value) {
    if (record == nullptr) return Expect("a record of a known class");
    const size_t before = out_.size();
    out_.Tag(field.number, WireType::kLengthDelimited);
    const ProtoWriter::Mark any = out_.Begin(2);
    WriteText(1, record->type_url);
    if (Message(*record->plan, 2, value) == Fit::kNot) {
      out_.Truncate(before);
      return Fit::kNot;
    }
    out_.End(any);
    return Fit::kFully;
  }

  // Outside a record nothing names the class.
  Fit Any(const ValuePlan&, uint32_t, bool, Value&) {
    return Expect("a record of a known class");
  }

  Fit Wrapper(const ValuePlan& plan, uint32_t number, bool, Value& value) {
    out_.Tag(number, WireType::kLengthDelimited);
    const ProtoWriter::Mark mark = out_.Begin(1);
    const Fit fit = Field(plan.message->fields.front(), value);
    if (fit != Fit::kNot) out_.End(mark);
    return fit;
  }

  bool PackedScalar(const ValuePlan& plan, Value& value) {
    int64_t integer;
    double real;
    bool truth;
    int known;
    if (plan.kind == Kind::kInt && value.Int(&integer)) {
      out_.Varint(static_cast<uint64_t>(integer));
    } else if (plan.kind == Kind::kDouble && value.Double(&real)) {
      out_.Double(real);
    } else if (plan.kind == Kind::kBool && value.Bool(&truth)) {
      out_.Varint(truth ? 1 : 0);
    } else if (plan.kind == Kind::kEnum && EnumNumber(plan, value, &known)) {
      out_.Varint(static_cast<uint64_t>(known));
    } else {
      Expect("a list of one type");
      return false;
    }
    return true;
  }

  Fit WriteVarint(uint32_t number, uint64_t value) {
    out_.Tag(number, WireType::kVarint);
    out_.Varint(value);
    return Fit::kFully;
  }

  Fit WriteText(uint32_t number, absl::string_view text) {
    out_.Tag(number, WireType::kLengthDelimited);
    out_.Bytes(text);
    return Fit::kFully;
  }

  // Adds an entry to the map that keeps, as JSON, what fits no field.
  void Keep(const MessagePlan& plan, absl::string_view name, Value& value) {
    if (plan.unrecognized == 0) return;
    std::string json;
    value.AppendJson(json);
    out_.Tag(plan.unrecognized, WireType::kLengthDelimited);
    const ProtoWriter::Mark mark = out_.Begin(1);
    WriteText(1, name);
    WriteText(2, json);
    out_.End(mark);
  }

  Fit Expect(absl::string_view what) {
    expected_ = what;
    return Fit::kNot;
  }

  ProtoWriter& out_;
  absl::string_view expected_;
};

}  // namespace xapi_gateway::transcode

#endif  // GATEWAY_TRANSCODE_RESULT_DECODER_H_
