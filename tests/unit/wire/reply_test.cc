#include "backend/wire/reply.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "backend/wire/tree.h"
#include "gtest/gtest.h"

namespace xapi_gateway::wire {
namespace {

constexpr Format kJson = Format::kJsonRpc;
constexpr Format kXml = Format::kXmlRpc;

std::string XmlResponse(const std::string& value) {
  return absl::StrCat("<?xml version=\"1.0\"?><methodResponse><params><param>"
                      "<value>",
                      value, "</value></param></params></methodResponse>");
}
std::string XmlSuccess(const std::string& value) {
  return XmlResponse(
      absl::StrCat("<struct><member><name>Status</name><value>Success</value>"
                   "</member><member><name>Value</name><value>",
                   value, "</value></member></struct>"));
}
std::string XmlFailure(const std::string& values) {
  return XmlResponse(
      absl::StrCat("<struct><member><name>Status</name><value>Failure</value>"
                   "</member><member><name>ErrorDescription</name><value>"
                   "<array><data>",
                   values, "</data></array></value></member></struct>"));
}

struct ErrorCase {
  const char* name;
  Format format;
  std::string body;
  // "CODE [params]", "success" or "malformed".
  std::string outcome;
};

std::string OutcomeOf(Format format, const std::string& body) {
  Reply reply{format, body};
  absl::StatusOr<std::optional<ApiError>> error = ReadError(reply);
  if (!error.ok()) return "malformed";
  return error->has_value() ? ToString(**error) : "success";
}

TEST(ReplyTest, TellsErrorsInEveryShape) {
  const ErrorCase kCases[] = {
      {"v2 success", kJson, R"({"jsonrpc":"2.0","result":"","id":1})",
       "success"},
      {"v2 error", kJson,
       R"({"jsonrpc":"2.0","error":{"code":1,"message":"HANDLE_INVALID",)"
       R"("data":["VM","OpaqueRef:1"]},"id":1})",
       "HANDLE_INVALID [VM, OpaqueRef:1]"},
      {"v2 error, other order", kJson,
       R"({"id":1,"error":{"data":["a"],"message":"X"},"jsonrpc":"2.0"})",
       "X [a]"},
      {"before dispatch", kJson,
       R"({"jsonrpc":"2.0","error":["HOST_STILL_BOOTING"],"id":0})",
       "HOST_STILL_BOOTING []"},
      {"v1 error", kJson,
       R"({"result":null,"error":["SESSION_INVALID","s"],"id":1})",
       "SESSION_INVALID [s]"},
      {"v1 success", kJson, R"({"result":7,"error":null,"id":1})", "success"},
      {"odd parameter", kJson,
       R"({"jsonrpc":"2.0","error":{"message":"X","data":[1,{"a":2}]}})",
       R"(X [1, {"a":2}])"},
      {"no code", kJson, R"({"jsonrpc":"2.0","error":{"code":1},"id":1})",
       "malformed"},
      {"empty array", kJson, R"({"jsonrpc":"2.0","error":[],"id":1})",
       "malformed"},
      {"neither", kJson, R"({"jsonrpc":"2.0","id":1})", "malformed"},
      {"html", kJson, "<html><body>502</body></html>", "malformed"},
      {"empty", kJson, "", "malformed"},
      {"cut off", kJson, R"({"jsonrpc":"2.0","error":{"mess)", "malformed"},
      {"array", kJson, "[1]", "malformed"},
      {"xml success", kXml, XmlSuccess("OpaqueRef:1"), "success"},
      {"xml failure", kXml,
       XmlFailure("<value>SR_FULL</value><value>10</value>"), "SR_FULL [10]"},
      {"bare array", kXml,
       XmlResponse("<array><data><value>VM.start</value></data></array>"),
       "success"},
      {"no description", kXml, XmlFailure(""), "malformed"},
      {"xml cut off", kXml, XmlFailure("<value>X</value>").substr(0, 150),
       "malformed"},
      {"other xml", kXml, "<a><b/></a>", "malformed"},
      {"xml is not utf-8", kXml, XmlFailure("<value>\xff</value>"),
       "malformed"},
  };
  for (const ErrorCase& c : kCases) {
    EXPECT_EQ(OutcomeOf(c.format, c.body), c.outcome) << c.name;
  }
}

TEST(ReplyTest, QuotesTheHeadOfAMalformedReply) {
  Reply reply{kJson, "<html>" + std::string(500, 'x')};
  const absl::Status status = ReadError(reply).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_NE(status.message().find("<html>xxx"), absl::string_view::npos);
  EXPECT_LT(status.message().size(), 300u);
}

TEST(ReplyTest, ReadsASingleString) {
  Reply json{kJson, R"({"jsonrpc":"2.0","result":"OpaqueRef:1","id":1})"};
  EXPECT_EQ(ReadString(json).value(), "OpaqueRef:1");
  Reply xml{kXml, XmlSuccess("OpaqueRef:1")};
  EXPECT_EQ(ReadString(xml).value(), "OpaqueRef:1");
  Reply number{kJson, R"({"jsonrpc":"2.0","result":1,"id":1})"};
  EXPECT_EQ(ReadString(number).status().code(), absl::StatusCode::kInternal);
}

TEST(ReplyTest, ReadsAnyResultAsJson) {
  struct Case {
    Format format;
    std::string body;
    const char* json;
  };
  const Case kCases[] = {
      {kJson, R"({"jsonrpc":"2.0","result":{"a": [1, NaN]},"id":1})",
       R"({"a":[1,"NaN"]})"},
      {kXml,
       XmlSuccess("<struct><member><name>a\"</name><value><array><data>"
                  "<value>1</value><value><boolean>1</boolean></value>"
                  "<value><double>0.5</double></value>"
                  "<value><double>nan</double></value><value><i4>3</i4></value>"
                  "<value/><value><nil/></value></data></array></value>"
                  "</member></struct>"),
       R"({"a\"":["1",true,0.5,"nan",3,"",null]})"},
  };
  for (const Case& c : kCases) {
    Reply reply{c.format, c.body};
    EXPECT_EQ(ReadJson(reply).value(), c.json);
  }
}

TEST(ReplyTest, KeepsBlankTextInXml) {
  Reply blanks{kXml, XmlSuccess("<array><data><value>  </value><value>\n"
                                "</value><value><string> </string></value>"
                                "</data></array>")};
  EXPECT_EQ(ReadJson(blanks).value(), R"(["  ","\n"," "])");
  Reply laid_out{kXml, XmlSuccess("\n<array>\n<data>\n<value>a </value>\n"
                                  "<value><int>1</int> </value>\n</data>\n"
                                  "</array>\n")};
  EXPECT_EQ(ReadJson(laid_out).value(), R"(["a ",1])");
}

TEST(TreeTest, ReadsBothWiresAlike) {
  Reply json{kJson,
             R"({"jsonrpc":"2.0","result":{"h1":{"address":"10.0.0.1",)"
             R"("enabled":true,"PIFs":["p1","p2"]}},"id":1})"};
  Reply xml{kXml,
            XmlSuccess("<struct><member><name>h1</name><value><struct><member>"
                       "<name>address</name><value>10.0.0.1</value></member>"
                       "<member><name>enabled</name><value><boolean>1"
                       "</boolean></value></member><member><name>PIFs</name>"
                       "<value><array><data><value>p1</value><value>p2</value>"
                       "</data></array></value></member></struct></value>"
                       "</member></struct>")};
  for (Reply* reply : {&json, &xml}) {
    const absl::StatusOr<Tree> tree = ReadTree(*reply);
    ASSERT_TRUE(tree.ok()) << tree.status();
    const Tree& host = tree->members.at("h1");
    EXPECT_EQ(host.Text("address"), "10.0.0.1");
    EXPECT_EQ(host.Text("enabled"), "true");
    EXPECT_EQ(host.Text("absent"), "");
    EXPECT_EQ(host.members.at("PIFs").list.at(1).text, "p2");
  }
}

TEST(TreeTest, RefusesDeepNesting) {
  const std::string deep(kMaxTreeDepth + 2, '[');
  const std::string end(kMaxTreeDepth + 2, ']');
  Reply reply{kJson, absl::StrCat(R"({"jsonrpc":"2.0","result":)", deep, end,
                                  R"(,"id":1})")};
  EXPECT_EQ(ReadTree(reply).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace xapi_gateway::wire
