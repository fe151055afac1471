// Decoding a list of 1,000 VMs, beside the bare parsers on the same bytes.

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/wire/reply.h"
#include "benchmark/benchmark.h"
#include "gateway/transcode/reply_decoder.h"
#include "gateway/transcode/request_encoder.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"
#include "simdjson.h"
#include "tests/testing/message_sampler.h"
#include "tests/testing/wire_renderer.h"
#include "tests/unit/transcode/mirror.h"
#include "tinyxml2.h"

namespace xapi_gateway::transcode {
namespace {

constexpr char kMethod[] = "VM.get_all_records";
constexpr int kRecords = 1000;

std::unique_ptr<google::protobuf::Message> ThousandVms() {
  const Binding& binding = Mirror::Get().Method(kMethod);
  auto all = Mirror::Get().NewResponse(binding);
  for (uint32_t i = 0; i < kRecords; ++i) {
    auto one = Mirror::Get().NewResponse(binding);
    testing::MessageSampler(i + 1).Fill(*one);
    all->MergeFrom(*one);
  }
  return all;
}

wire::Reply& Reply(wire::Format format) {
  static const auto& vms = *ThousandVms().release();
  static wire::Reply json{
      wire::Format::kJsonRpc,
      testing::RenderReply(vms, wire::Format::kJsonRpc)};
  static wire::Reply xml{wire::Format::kXmlRpc,
                         testing::RenderReply(vms, wire::Format::kXmlRpc)};
  json.body.reserve(json.body.size() + wire::kReplyPadding);
  return format == wire::Format::kJsonRpc ? json : xml;
}

void SetRate(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(bytes) * state.iterations());
}

// Touches every key and value, as any reader of the whole reply must.
size_t Walk(simdjson::ondemand::value value) {
  size_t sum = 0;
  switch (value.type()) {
    case simdjson::ondemand::json_type::object:
      for (auto field : value.get_object()) {
        sum += std::string_view(field.unescaped_key()).size();
        sum += Walk(field.value());
      }
      return sum;
    case simdjson::ondemand::json_type::array:
      for (auto element : value.get_array()) sum += Walk(element.value());
      return sum;
    case simdjson::ondemand::json_type::string:
      return std::string_view(value.get_string()).size();
    case simdjson::ondemand::json_type::number:
      return static_cast<size_t>(double(value.get_double()));
    case simdjson::ondemand::json_type::boolean:
      return bool(value.get_bool()) ? 1 : 0;
    default:
      return 0;
  }
}

void BM_SimdjsonWalk(benchmark::State& state) {
  wire::Reply& reply = Reply(wire::Format::kJsonRpc);
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    simdjson::ondemand::document document = parser.iterate(
        reply.body.data(), reply.body.size(), reply.body.capacity());
    benchmark::DoNotOptimize(Walk(document.get_value().value()));
  }
  SetRate(state, reply.body.size());
}
BENCHMARK(BM_SimdjsonWalk)->Unit(benchmark::kMillisecond);

void BM_Tinyxml2Parse(benchmark::State& state) {
  wire::Reply& reply = Reply(wire::Format::kXmlRpc);
  for (auto _ : state) {
    tinyxml2::XMLDocument document;
    document.Parse(reply.body.data(), reply.body.size());
    benchmark::DoNotOptimize(document.RootElement());
  }
  SetRate(state, reply.body.size());
}
BENCHMARK(BM_Tinyxml2Parse)->Unit(benchmark::kMillisecond);

void Decode(benchmark::State& state, wire::Format format) {
  const Binding& binding = Mirror::Get().Method(kMethod);
  wire::Reply& reply = Reply(format);
  for (auto _ : state) {
    absl::StatusOr<std::string> response = DecodeReply(binding, reply);
    if (!response.ok()) {
      state.SkipWithError(response.status().ToString().c_str());
      return;
    }
    benchmark::DoNotOptimize(response->data());
  }
  SetRate(state, reply.body.size());
}

void BM_DecodeJson(benchmark::State& state) {
  Decode(state, wire::Format::kJsonRpc);
}
BENCHMARK(BM_DecodeJson)->Unit(benchmark::kMillisecond);

void BM_DecodeXml(benchmark::State& state) {
  Decode(state, wire::Format::kXmlRpc);
}
BENCHMARK(BM_DecodeXml)->Unit(benchmark::kMillisecond);

void BM_EncodeSmallRequest(benchmark::State& state) {
  const Binding& binding = Mirror::Get().Method("VM.start");
  auto request = Mirror::Get().NewRequest(binding);
  testing::MessageSampler(1).Fill(*request);
  const std::string bytes = request->SerializeAsString();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        EncodeArguments(binding, bytes, wire::Format::kJsonRpc));
  }
}
BENCHMARK(BM_EncodeSmallRequest);

void BM_DecodeSmallReply(benchmark::State& state) {
  const Binding& binding = Mirror::Get().Method("VM.get_name_label");
  wire::Reply reply{wire::Format::kJsonRpc,
                    R"({"jsonrpc":"2.0","result":"web-7","id":1})"};
  for (auto _ : state) {
    benchmark::DoNotOptimize(DecodeReply(binding, reply));
  }
}
BENCHMARK(BM_DecodeSmallReply);

// Keeps the fastest run of each benchmark, which noise can only slow down.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      double& best = best_[run.benchmark_name()];
      const double time = run.GetAdjustedCPUTime();
      if (best == 0 || time < best) best = time;
    }
    ConsoleReporter::ReportRuns(runs);
  }

  double Ratio(const char* reference, const char* ours) const {
    const auto a = best_.find(reference);
    const auto b = best_.find(ours);
    return a == best_.end() || b == best_.end() ? 0 : a->second / b->second;
  }

 private:
  std::map<std::string, double> best_;
};

}  // namespace
}  // namespace xapi_gateway::transcode

int main(int argc, char** argv) {
  namespace t = xapi_gateway::transcode;
  benchmark::Initialize(&argc, argv);
  t::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::printf("reply of %d VMs: JSON %.1f MB, XML %.1f MB\n", t::kRecords,
              static_cast<double>(
                  t::Reply(xapi_gateway::wire::Format::kJsonRpc).body.size()) /
                  1e6,
              static_cast<double>(
                  t::Reply(xapi_gateway::wire::Format::kXmlRpc).body.size()) /
                  1e6);
  std::printf("JSON decode / bare simdjson walk: %.2f of its rate (bar 0.50)\n",
              reporter.Ratio("BM_SimdjsonWalk", "BM_DecodeJson"));
  std::printf("XML decode / bare tinyxml2 parse: %.2f of its rate (bar 0.90)\n",
              reporter.Ratio("BM_Tinyxml2Parse", "BM_DecodeXml"));
  return 0;
}
