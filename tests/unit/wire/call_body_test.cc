#include "backend/wire/call_body.h"

#include "gtest/gtest.h"

namespace xapi_gateway::wire {
namespace {

TEST(CallBodyTest, PutsTheSessionFirst) {
  EXPECT_EQ(CallBody(Format::kJsonRpc, "VM.start", "OpaqueRef:s", "\"r\",true"),
            R"({"jsonrpc":"2.0","id":1,"method":"VM.start",)"
            R"("params":["OpaqueRef:s","r",true]})");
  EXPECT_EQ(CallBody(Format::kXmlRpc, "VM.get_all", "OpaqueRef:s", ""),
            "<?xml version=\"1.0\"?><methodCall><methodName>VM.get_all"
            "</methodName><params><param><value><string>OpaqueRef:s</string>"
            "</value></param></params></methodCall>");
}

TEST(CallBodyTest, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(CallBody(Format::kJsonRpc, "m", "", ""),
            R"({"jsonrpc":"2.0","id":1,"method":"m","params":[]})");
  EXPECT_EQ(CallBody(Format::kJsonRpc, "m", "s", ""),
            R"({"jsonrpc":"2.0","id":1,"method":"m","params":["s"]})");
  EXPECT_EQ(CallBody(Format::kJsonRpc, "m", "", "1"),
            R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})");
}

}  // namespace
}  // namespace xapi_gateway::wire
