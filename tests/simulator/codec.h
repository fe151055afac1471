// The two wires: XML-RPC by pugixml and JSON-RPC 1.0 and 2.0 by RapidJSON, with
// every odd shape of the real server. Neither library is used by the gateway,
// so a misreading of the protocol cannot hide on both sides.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_CODEC_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_CODEC_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/simulator/result.h"
#include "tests/simulator/value.h"

namespace xapi_gateway::simulator {

enum class Wire { kXml, kJson1, kJson2 };

// "xmlrpc", "jsonrpc1" or "jsonrpc2".
absl::string_view WireName(Wire wire);

struct WireCall {
  Wire wire = Wire::kXml;
  std::string method;
  std::vector<Value> args;  // the session first, where there is one
  std::string id;           // of JSON-RPC, as JSON text
};

// What the real server writes into its HTTP 500 page.
struct WireFault {
  std::string page_text;
};

// Exactly one of the two is set.
struct WireRequest {
  bool ok = false;
  WireCall call;
  WireFault fault;
};

WireRequest ParseXmlCall(absl::string_view body);
WireRequest ParseJsonCall(absl::string_view body);

// The whole reply body. bare: system.listMethods over XML has no status struct.
// pre_dispatch: failures found before the call was looked up have an array as
// error and lose the id, also in replies to 1.0 requests.
struct ReplyShape {
  bool bare = false;
  bool pre_dispatch = false;
};
std::string WriteReply(const WireCall& call, const Outcome& outcome,
                       ReplyShape shape);

// One value in XML-RPC form, <value>...</value>, as task results hold it.
std::string ToXmlValue(const Value& value);
// One value as compact JSON.
std::string ToJson(const Value& value);
// False when the text is not one JSON value. NaN and infinities are accepted.
bool FromJson(absl::string_view text, Value* value);

// Whether all texts inside are valid UTF-8.
bool IsUtf8(absl::string_view text);
bool HasValidTexts(const Value& value);

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_CODEC_H_
