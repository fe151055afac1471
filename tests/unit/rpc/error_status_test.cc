#include "gateway/rpc/error_status.h"

#include <grpcpp/support/status.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/rpc/error_sentence.h"
#include "gateway/rpc/text_limits.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "proto/embedded_descriptors.h"

namespace xapi_gateway::rpc {
namespace {

using ::testing::HasSubstr;

const ErrorCatalog& Catalog() {
  static const ErrorCatalog& catalog =
      *ErrorCatalog::Parse(ErrorTable(), ErrorTexts())->release();
  return catalog;
}

struct ApiErrorCase {
  wire::ApiError error;
  grpc::StatusCode status;
  std::string message;
  bool retry;
};

TEST(ErrorStatusTest, MapsWhatXapiReports) {
  const ApiErrorCase cases[] = {
      {{"HANDLE_INVALID", {"VM", "OpaqueRef:1"}},
       grpc::StatusCode::NOT_FOUND,
       "there is no VM with the reference OpaqueRef:1",
       false},
      {{"OTHER_OPERATION_IN_PROGRESS", {"VM", "OpaqueRef:1"}},
       grpc::StatusCode::ABORTED,
       "VM OpaqueRef:1 is busy with another operation",
       true},
      {{"CANNOT_CONTACT_HOST", {"OpaqueRef:1"}},
       grpc::StatusCode::UNAVAILABLE,
       "the coordinator cannot reach the host OpaqueRef:1",
       true},
      {{"SESSION_INVALID", {"OpaqueRef:1"}},
       grpc::StatusCode::UNAUTHENTICATED,
       "the xapi session is not valid any more",
       false},
      {{"RBAC_PERMISSION_DENIED", {"vm.start", "No permission"}},
       grpc::StatusCode::PERMISSION_DENIED,
       "the xapi user lacks the permission vm.start",
       false},
      // The number of parameters varies even for one code.
      {{"UUID_INVALID", {}}, grpc::StatusCode::NOT_FOUND, "", false},
      {{"VDI_IN_USE", {}}, grpc::StatusCode::FAILED_PRECONDITION, "", false},
      {{"HA_TOO_FEW_HOSTS", {"surplus"}},
       grpc::StatusCode::FAILED_PRECONDITION,
       "param0 \"surplus\"",
       false},
      // A family of codes.
      {{"SR_BACKEND_FAILURE_46", {"", "no such VDI", ""}},
       grpc::StatusCode::INTERNAL,
       "the storage back end failed: no such VDI",
       false},
      // Made up by plug-ins.
      {{"MY_PLUGIN_FAILED", {"a", "b"}},
       grpc::StatusCode::INTERNAL,
       "param0 \"a\", param1 \"b\"",
       false},
      {{"HANDLE_INVALID7", {"a"}},
       grpc::StatusCode::INTERNAL,
       "param0 \"a\"",
       false},
      {{"", {}}, grpc::StatusCode::INTERNAL, "", false},
  };
  for (const ApiErrorCase& c : cases) {
    const grpc::Status status = FromApiError(Catalog(), "VM.start", c.error);
    EXPECT_EQ(status.error_code(), c.status) << c.error.code;
    EXPECT_EQ(status.error_message(),
              absl::StrCat("VM.start: ", c.error.code,
                           c.message.empty() ? "" : ": ", c.message));
    google::rpc::Status details;
    ASSERT_TRUE(details.ParseFromString(status.error_details()));
    EXPECT_EQ(details.code(), c.status);
    EXPECT_EQ(details.message(), status.error_message());
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(details.details(0).UnpackTo(&info));
    EXPECT_EQ(info.domain(), "xenapi");
    EXPECT_EQ(info.reason(), c.error.code);
    EXPECT_EQ(info.metadata_size(),
              1 + static_cast<int>(c.error.params.size()));
    EXPECT_EQ(details.details_size(), c.retry ? 2 : 1) << c.error.code;
  }
}

// Each code of the table, without and with parameters, makes a sentence in
// which no placeholder is left.
TEST(ErrorStatusTest, HasASentenceForEachCode) {
  int codes = 0;
  for (absl::string_view line : absl::StrSplit(ErrorTable(), '\n')) {
    const std::vector<std::string> columns = absl::StrSplit(line, ',');
    if (columns.size() != 2 || columns[0] == "code") continue;
    ++codes;
    const wire::ApiError full{columns[0], {"p0", "p1", "p2", "p3"}};
    const std::string sentence =
        ErrorSentence(Catalog().Find(columns[0]), "VM.start", full);
    EXPECT_EQ(sentence.find_first_of("{}"), sentence.npos) << sentence;
    const std::string bare =
        ErrorSentence(Catalog().Find(columns[0]), "VM.start", {columns[0], {}});
    EXPECT_EQ(bare.find_first_of("{}"), bare.npos) << bare;
  }
  EXPECT_EQ(codes, 637);
}

TEST(ErrorCatalogTest, NamesEachFaultyLine) {
  const auto catalog = ErrorCatalog::Parse(
      "code,grpc_status\nA,NOT_FOUND\nA,NOT_FOUND\nB,NO_SUCH\n",
      "code,params,sentence\nC,x,y\nA\n");
  ASSERT_FALSE(catalog.ok());
  EXPECT_EQ(catalog.status().message(),
            "line \"A,NOT_FOUND\": the code is there twice\n"
            "line \"B,NO_SUCH\": no such gRPC status\n"
            "line \"C,x,y\": the code has no status\n"
            "line \"A\": three columns expected");
}

TEST(ClipTest, KeepsTextsValidAndShort) {
  struct Case {
    std::string text;
    size_t max;
    std::string clipped;
  };
  const Case cases[] = {
      {"", 40, ""},
      {"plain", 40, "plain"},
      {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 40,
       "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
      {"a\x80z", 40, "a?z"},
      {"\xc0\xaf", 40, "??"},            // overlong
      {"\xed\xa0\x80", 40, "???"},       // a surrogate
      {"\xf4\x90\x80\x80", 40, "????"},  // above U+10FFFF
      {"\xe2\x82", 40, "??"},            // cut off
      {std::string(50, 'x'), 40, "xxxxxxxx...[+42 bytes]"},
      // Never in the middle of a character.
      {"1234567\xc3\xa4" + std::string(50, 'x'), 40, "1234567...[+52 bytes]"},
  };
  for (const Case& c : cases) EXPECT_EQ(Clip(c.text, c.max), c.clipped);
}

}  // namespace
}  // namespace xapi_gateway::rpc
