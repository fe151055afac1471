// The texts of errors against the model: the same codes, as many parameters.
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "proto/embedded_descriptors.h"
#include "rapidjson/document.h"

namespace xapi_gateway::rpc {
namespace {

// xapi sends two, although it declares none.
constexpr char kDeclaredWrongly[] = "SESSION_AUTHENTICATION_FAILED";

std::map<std::string, size_t> ParamsInTexts() {
  std::map<std::string, size_t> counts;
  for (absl::string_view line : absl::StrSplit(ErrorTexts(), '\n')) {
    const std::vector<std::string> columns =
        absl::StrSplit(line, absl::MaxSplits(',', 2));
    if (columns.size() != 3) continue;
    const std::vector<std::string> names =
        absl::StrSplit(columns[1], ';', absl::SkipEmpty());
    counts[columns[0]] = names.size();
  }
  return counts;
}

TEST(ErrorTextsTest, AgreeWithTheModel) {
  std::stringstream text;
  text << std::ifstream("proto/model/xenapi-model.json").rdbuf();
  rapidjson::Document model;
  model.Parse(text.str().c_str());
  ASSERT_FALSE(model.HasParseError());
  const std::map<std::string, size_t> counts = ParamsInTexts();
  int checked = 0;
  for (const auto& error : model["errors"].GetArray()) {
    const std::string code = error["code"].GetString();
    const size_t params = error["params"].Size();
    const auto found = counts.find(code);
    if (params == 0 || code == kDeclaredWrongly) continue;
    ASSERT_NE(found, counts.end()) << code;
    EXPECT_EQ(found->second, params) << code;
    ++checked;
  }
  EXPECT_GT(checked, 400);
}

}  // namespace
}  // namespace xapi_gateway::rpc
