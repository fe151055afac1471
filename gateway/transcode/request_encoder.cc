#include "gateway/transcode/request_encoder.h"

#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "backend/wire/json_writer.h"
#include "backend/wire/xml_writer.h"
#include "gateway/transcode/argument_text.h"
#include "gateway/transcode/datetime.h"
#include "gateway/transcode/message_fields.h"
#include "gateway/transcode/plan.h"

namespace xapi_gateway::transcode {
namespace {

// Writes one request; a member that returns false has noted what is wrong, and
// its callers put the path in front.
template <typename Writer>
class ArgumentEncoder {
 public:
  absl::StatusOr<std::string> Encode(const MessagePlan& plan,
                                     absl::string_view request) {
    if (!Parameters(plan, request)) return Failure();
    return std::move(out_).Take();
  }

 private:
  bool Parameters(const MessagePlan& plan, absl::string_view request) {
    MessageFields fields;
    if (!Scan(plan, request, &fields)) return false;
    const size_t count = SentParameters(plan, fields);
    for (size_t i = 0; i < count; ++i) {
      const FieldPlan& field = plan.fields[i];
      const bool written = field.has_default && !fields.has(i)
                               ? Default(field)
                               : Field(field, fields.of(i));
      if (!written) return In(field.name);
    }
    return true;
  }

  // Trailing parameters that are unset and have a default are left out.
  static size_t SentParameters(const MessagePlan& plan,
                               const MessageFields& fields) {
    size_t count = plan.fields.size();
    while (count > 0 && plan.fields[count - 1].has_default &&
           !fields.has(count - 1)) {
      --count;
    }
    return count;
  }

  bool Default(const FieldPlan& field) {
    const absl::string_view json = field.default_json;
    if (field.shape == Shape::kRepeated) {
      out_.BeginArray();
      out_.EndArray();
    } else if (field.shape == Shape::kMap) {
      out_.BeginStruct();
      out_.EndStruct();
    } else if (json.front() == '"') {
      out_.String(json.substr(1, json.size() - 2));
    } else if (field.value.kind == Kind::kBool) {
      out_.Bool(json == "true");
    } else if (field.value.kind == Kind::kDouble) {
      double value = 0;
      if (!absl::SimpleAtod(json, &value)) return Fail("has a bad default");
      out_.Double(value);
    } else {
      int64_t value = 0;
      if (!absl::SimpleAtoi(json, &value)) return Fail("has a bad default");
      out_.Int(value);
    }
    return true;
  }

  bool Field(const FieldPlan& field, const MessageFields::Occurrences& values) {
    switch (field.shape) {
      case Shape::kRepeated:
        return List(field, values);
      case Shape::kMap:
        return Map(field, values);
      case Shape::kSingular:
        break;
    }
    if (values.size() > 1 && IsMessage(field.value.kind)) {
      return Merged(field, values);
    }
    if (field.is_subject &&
        (values.empty() || values.back().bytes.empty())) {
      return Fail("must be set: it is the object that the call is made on");
    }
    return Value(field.value, values.empty() ? nullptr : &values.back());
  }

  static bool IsMessage(Kind kind) {
    return kind == Kind::kRecord || kind == Kind::kWrapper ||
           kind == Kind::kTimestamp;
  }

  // Protobuf merges a message that stands more than once, which is the same as
  // reading its parts as one.
  bool Merged(const FieldPlan& field,
              const MessageFields::Occurrences& values) {
    std::string bytes;
    for (const RawField& value : values) {
      if (value.type != WireType::kLengthDelimited) return WrongWireType();
      absl::StrAppend(&bytes, value.bytes);
    }
    RawField whole = values.back();
    whole.bytes = bytes;
    return Value(field.value, &whole);
  }

  bool List(const FieldPlan& field, const MessageFields::Occurrences& values) {
    out_.BeginArray();
    size_t index = 0;
    for (const RawField& value : values) {
      if (value.type == WireType::kLengthDelimited && Packs(field.value.kind)) {
        if (!PackedList(field.value, value.bytes, &index)) return false;
      } else if (!Value(field.value, &value)) {
        return In(absl::StrCat("[", index, "]"));
      } else {
        ++index;
      }
    }
    out_.EndArray();
    return true;
  }

  static bool Packs(Kind kind) {
    return kind == Kind::kInt || kind == Kind::kDouble || kind == Kind::kBool ||
           kind == Kind::kEnum;
  }

  bool PackedList(const ValuePlan& plan, absl::string_view bytes,
                  size_t* index) {
    ProtoReader reader(bytes);
    RawField value;
    value.type =
        plan.kind == Kind::kDouble ? WireType::kFixed64 : WireType::kVarint;
    while (!reader.done()) {
      const bool read = plan.kind == Kind::kDouble
                            ? reader.NextFixed64(&value.scalar)
                            : reader.NextVarint(&value.scalar);
      if (!read) return Fail("is no valid packed list");
      if (!Value(plan, &value)) return In(absl::StrCat("[", *index, "]"));
      ++*index;
    }
    return true;
  }

  struct Entry {
    RawField value;
    bool has_value = false;
  };

  bool Map(const FieldPlan& field, const MessageFields::Occurrences& values) {
    // xapi would store a key that is sent twice twice; Protobuf says that the
    // last one counts.
    std::map<std::string, Entry> entries;
    for (const RawField& value : values) {
      if (!MapEntry(field, value, entries)) return false;
    }
    out_.BeginStruct();
    for (const auto& [key, entry] : entries) {
      out_.Key(key);
      if (!Value(field.value, entry.has_value ? &entry.value : nullptr)) {
        return In(absl::StrCat("[\"", field.secret ? "..." : key, "\"]"));
      }
    }
    out_.EndStruct();
    return true;
  }

  bool MapEntry(const FieldPlan& field, const RawField& raw,
                std::map<std::string, Entry>& entries) {
    if (raw.type != WireType::kLengthDelimited) return WrongWireType();
    ProtoReader reader(raw.bytes);
    RawField part;
    Entry entry;
    std::string key = field.key.kind == Kind::kInt ? "0" : "";
    while (reader.Next(&part)) {
      if (part.number == 2) {
        entry.value = part;
        entry.has_value = true;
      } else if (part.number == 1 && !KeyText(field, part, &key)) {
        return false;
      }
    }
    if (!reader.done()) return Fail("holds an entry that is no map entry");
    if (key.empty()) {
      // xapi answers an internal error to this.
      return Fail("has an empty key");
    }
    entries[std::move(key)] = entry;
    return true;
  }

  bool KeyText(const FieldPlan& field, const RawField& raw, std::string* key) {
    if (field.key.kind == Kind::kInt) {
      if (raw.type != WireType::kVarint) return WrongWireType();
      *key = absl::StrCat(static_cast<int64_t>(raw.scalar));
      return true;
    }
    if (raw.type != WireType::kLengthDelimited) return WrongWireType();
    if (const absl::string_view fault = TextFault(raw.bytes); !fault.empty()) {
      return Fail(absl::StrCat("has a key that ", fault));
    }
    const EnumPlan* names = field.key.enumeration;
    if (names != nullptr && !names->numbers.contains(raw.bytes)) {
      return Fail(absl::StrCat("has the key \"", raw.bytes,
                               "\", which is no wire text of ", names->name));
    }
    *key = std::string(raw.bytes);
    return true;
  }

  // `value` is null if the field is unset: then its zero is meant.
  bool Value(const ValuePlan& plan, const RawField* value) {
    using Write = bool (ArgumentEncoder::*)(const ValuePlan&, const RawField&);
    struct Row {
      WireType type;
      Write write;
    };
    using A = ArgumentEncoder;
    static constexpr Row kRows[kKinds] = {
        {WireType::kLengthDelimited, &A::Text},
        {WireType::kLengthDelimited, &A::Ref},
        {WireType::kVarint, &A::Int},
        {WireType::kFixed64, &A::Double},
        {WireType::kVarint, &A::Bool},
        {WireType::kLengthDelimited, &A::Timestamp},
        {WireType::kVarint, &A::Enum},
        {WireType::kLengthDelimited, &A::Record},
        {WireType::kLengthDelimited, &A::Wrapper},
        {WireType::kLengthDelimited, &A::Any},
    };
    const Row& row = kRows[static_cast<int>(plan.kind)];
    static constexpr RawField kUnset;
    if (value == nullptr) return (this->*row.write)(plan, kUnset);
    if (value->type != row.type) return WrongWireType();
    return (this->*row.write)(plan, *value);
  }

  bool Text(const ValuePlan&, const RawField& value) {
    if (const absl::string_view fault = TextFault(value.bytes);
        !fault.empty()) {
      return Fail(fault);
    }
    out_.String(value.bytes);
    return true;
  }

  bool Ref(const ValuePlan&, const RawField& value) {
    if (const absl::string_view fault = ReferenceFault(value.bytes);
        !fault.empty()) {
      return Fail(fault);
    }
    out_.String(value.bytes.empty() ? wire::kNullReference : value.bytes);
    return true;
  }

  bool Int(const ValuePlan&, const RawField& value) {
    out_.Int(static_cast<int64_t>(value.scalar));
    return true;
  }

  bool Double(const ValuePlan&, const RawField& value) {
    double real;
    memcpy(&real, &value.scalar, sizeof real);
    out_.Double(real);
    return true;
  }

  bool Bool(const ValuePlan&, const RawField& value) {
    out_.Bool(value.scalar != 0);
    return true;
  }

  bool Timestamp(const ValuePlan&, const RawField& value) {
    int64_t seconds = 0;
    ProtoReader reader(value.bytes);
    RawField part;
    while (reader.Next(&part)) {
      if (part.number == 1) seconds = static_cast<int64_t>(part.scalar);
    }
    if (!reader.done()) return Fail("is no valid timestamp");
    const std::optional<std::string> text = FormatDateTime(seconds);
    if (!text) {
      return Fail(absl::StrCat("is ", seconds,
                               " seconds from 1970, outside the years 1 to "
                               "9999"));
    }
    out_.DateTime(*text);
    return true;
  }

  bool Enum(const ValuePlan& plan, const RawField& value) {
    const auto number = static_cast<int64_t>(value.scalar);
    if (number == 0) {
      return Fail(absl::StrCat("must be set to a value of ",
                               plan.enumeration->name));
    }
    const auto& texts = plan.enumeration->texts;
    const auto known = number >= INT32_MIN && number <= INT32_MAX
                           ? texts.find(static_cast<int>(number))
                           : texts.end();
    if (known == texts.end()) {
      return Fail(absl::StrCat("is ", number, ", which is no value of ",
                               plan.enumeration->name));
    }
    out_.String(known->second);
    return true;
  }

  // A record is sent to constructors only, with the fields that they take.
  bool Record(const ValuePlan& plan, const RawField& value) {
    MessageFields fields;
    if (!Scan(*plan.message, value.bytes, &fields)) return false;
    out_.BeginStruct();
    for (size_t i = 0; i < plan.message->fields.size(); ++i) {
      const FieldPlan& field = plan.message->fields[i];
      const bool sent = field.constructor == Constructor::kRequired ||
                        (field.constructor == Constructor::kOptional &&
                         fields.has(i));
      if (!sent) continue;
      out_.Key(field.wire_name);
      if (!Field(field, fields.of(i))) return In(field.name);
    }
    out_.EndStruct();
    return true;
  }

  bool Wrapper(const ValuePlan& plan, const RawField& value) {
    MessageFields fields;
    if (!Scan(*plan.message, value.bytes, &fields)) return false;
    const FieldPlan& field = plan.message->fields.front();
    return Field(field, fields.of(0)) || In(field.name);
  }

  bool Any(const ValuePlan&, const RawField&) {
    return Fail("cannot be an argument");
  }

  bool Scan(const MessagePlan& plan, absl::string_view bytes,
            MessageFields* fields) {
    std::string fault = fields->Scan(plan, bytes);
    return fault.empty() || Fail(fault);
  }

  bool WrongWireType() { return Fail("has the wrong Protobuf wire type"); }

  bool Fail(absl::string_view fault) {
    fault_ = std::string(fault);
    return false;
  }

  // Puts `step` in front of the path of the fault.
  bool In(absl::string_view step) {
    const bool joins = path_.empty() || path_.front() == '[';
    path_ = absl::StrCat(step, joins ? "" : ".", path_);
    return false;
  }

  absl::Status Failure() const {
    absl::Status status = absl::InvalidArgumentError(
        path_.empty() ? fault_ : absl::StrCat(path_, ": ", fault_));
    status.SetPayload(kFieldPathPayload, absl::Cord(path_));
    return status;
  }

  Writer out_;
  std::string path_;
  std::string fault_;
};

}  // namespace

absl::StatusOr<std::string> EncodeArguments(const Binding& binding,
                                            absl::string_view request,
                                            wire::Format format) {
  return format == wire::Format::kJsonRpc
             ? ArgumentEncoder<wire::JsonWriter>().Encode(*binding.request,
                                                          request)
             : ArgumentEncoder<wire::XmlWriter>().Encode(*binding.request,
                                                         request);
}

}  // namespace xapi_gateway::transcode
