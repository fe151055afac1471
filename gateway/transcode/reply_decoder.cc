#include "gateway/transcode/reply_decoder.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "backend/wire/json_reader.h"
#include "backend/wire/xml_reader.h"
#include "gateway/transcode/plan.h"
#include "gateway/transcode/proto_writer.h"
#include "gateway/transcode/result_decoder.h"

namespace xapi_gateway::transcode {
namespace {

// Room for a response, in percent of its reply. A little too much costs less
// than moving it all when the room runs out.
constexpr size_t kPercentOfJson = 75;
constexpr size_t kPercentOfXml = 35;

absl::Status Malformed(const Binding& binding, const wire::Reply& reply) {
  return absl::InternalError(absl::StrCat(
      binding.method, ": the ",
      reply.format == wire::Format::kJsonRpc ? "JSON-RPC" : "XML-RPC",
      " reply of ", reply.body.size(), " bytes is malformed"));
}

absl::Status Misfit(const Binding& binding, absl::string_view expected) {
  return absl::InternalError(
      absl::StrCat(binding.method, ": the result is not ", expected,
                   ", which the schema says it is"));
}

// A parser keeps its buffers from one reply to the next, up to a bound.
class ThreadJsonReader {
 public:
  wire::JsonReader& Get() { return reader_; }
  void Trim() {
    if (reader_.capacity() > kMaxIdleParserBytes) reader_ = wire::JsonReader();
  }

 private:
  wire::JsonReader reader_;
};

absl::StatusOr<std::string> DecodeJson(const Binding& binding,
                                       wire::Reply& reply) {
  thread_local ThreadJsonReader parser;
  ProtoWriter out(reply.body.size() * kPercentOfJson / 100);
  ResultDecoder<wire::JsonValue> decoder(out);
  bool found = false;
  bool fits = true;
  const bool well_formed = parser.Get().Read(
      reply.body, [&](absl::string_view key, wire::JsonValue& value) {
        if (key != "result") return true;
        found = true;
        fits = decoder.Response(*binding.response, value);
        return true;
      });
  parser.Trim();
  if (!well_formed || !found) return Malformed(binding, reply);
  if (!fits) return Misfit(binding, decoder.expected());
  return std::move(out).Take();
}

absl::StatusOr<std::string> DecodeXml(const Binding& binding,
                                      const wire::Reply& reply) {
  if (!wire::IsUtf8(reply.body)) return Malformed(binding, reply);
  ProtoWriter out(reply.body.size() * kPercentOfXml / 100);
  ResultDecoder<wire::XmlValue> decoder(out);
  bool fits = true;
  const bool well_formed =
      wire::ReadXmlResult(reply.body, [&](wire::XmlValue& value) {
        fits = decoder.Response(*binding.response, value);
        return true;
      });
  if (!well_formed) return Malformed(binding, reply);
  if (!fits) return Misfit(binding, decoder.expected());
  return std::move(out).Take();
}

}  // namespace

absl::StatusOr<std::string> DecodeReply(const Binding& binding,
                                        wire::Reply& reply) {
  return reply.format == wire::Format::kJsonRpc ? DecodeJson(binding, reply)
                                                : DecodeXml(binding, reply);
}

absl::StatusOr<std::string> DecodeTaskResult(const Binding& binding,
                                             absl::string_view result) {
  // A task that finished without any result has an empty text.
  if (result.empty()) result = "<value></value>";
  ProtoWriter out(result.size());
  ResultDecoder<wire::XmlValue> decoder(out);
  bool fits = true;
  if (!wire::IsUtf8(result) ||
      !wire::ReadXmlValue(result, [&](wire::XmlValue& value) {
        fits = decoder.Response(*binding.response, value);
        return true;
      })) {
    return absl::InternalError(
        absl::StrCat(binding.method, ": the task's result of ", result.size(),
                     " bytes is no XML-RPC value"));
  }
  if (!fits) return Misfit(binding, decoder.expected());
  return std::move(out).Take();
}

}  // namespace xapi_gateway::transcode
