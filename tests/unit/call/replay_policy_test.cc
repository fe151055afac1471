#include "backend/call/replay_policy.h"

#include <string>
#include <vector>

#include "backend/call/exchange.h"
#include "gtest/gtest.h"

namespace xapi_gateway::call {
namespace {

CallOutcome Api(std::string code, std::vector<std::string> params = {}) {
  return wire::ApiError{std::move(code), std::move(params)};
}

CallOutcome Failed(FailureReason reason, Execution execution) {
  CallFailure failure;
  failure.reason = reason;
  failure.execution = execution;
  return failure;
}

TEST(ReplayPolicyTest, Table) {
  using R = FailureReason;
  using E = Execution;
  using V = Verdict;
  struct Case {
    std::string what;
    std::string method;
    CallOutcome outcome;
    V once;        // for a call that must not run twice
    V idempotent;  // for one that may
  };
  const Case cases[] = {
      {"success", "VM.start", wire::Reply{}, V::kDeliver, V::kDeliver},
      {"its meaning", "VM.start", Api("VM_BAD_POWER_STATE"), V::kDeliver,
       V::kDeliver},
      {"our session", "VM.start", Api("SESSION_INVALID", {"s"}),
       V::kReplaySession, V::kReplaySession},
      {"another session", "session.get_uuid", Api("SESSION_INVALID", {"t"}),
       V::kDeliver, V::kDeliver},
      {"no session named", "VM.start", Api("SESSION_INVALID"), V::kDeliver,
       V::kDeliver},
      {"supporter", "VM.start", Api("HOST_IS_SLAVE", {"10.0.0.2"}),
       V::kReplayRedirect, V::kReplayRedirect},
      {"emergency", "VM.start", Api("HOST_STILL_BOOTING"), V::kReplayRedirect,
       V::kReplayRedirect},
      {"about another host", "host.enable", Api("HOST_STILL_BOOTING"),
       V::kDeliver, V::kDeliver},
      {"about another pool", "Async.pool.join", Api("HOST_IS_SLAVE", {"x"}),
       V::kDeliver, V::kDeliver},
      {"not connected", "VM.start", Failed(R::kConnectionLost, E::kNotExecuted),
       V::kReplayLost, V::kReplayLost},
      {"broken off", "VM.start", Failed(R::kConnectionLost, E::kUnknown),
       V::kDeliverLost, V::kReplayLost},
      {"deadline", "VM.start", Failed(R::kDeadlineExceeded, E::kUnknown),
       V::kDeliver, V::kDeliver},
      {"malformed", "VM.start", Failed(R::kMalformedReply, E::kUnknown),
       V::kDeliver, V::kDeliver},
      {"too large", "VM.start", Failed(R::kReplyTooLarge, E::kExecuted),
       V::kDeliver, V::kDeliver},
      {"HTTP 500", "VM.start", Failed(R::kHttpStatus, E::kUnknown), V::kDeliver,
       V::kDeliver},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Judge({c.method, "s", false}, c.outcome), c.once) << c.what;
    EXPECT_EQ(Judge({c.method, "s", true}, c.outcome), c.idempotent) << c.what;
  }
}

TEST(InterpretTest, StatusesAndBodies) {
  using R = FailureReason;
  using E = Execution;
  using C = absl::StatusCode;
  struct Case {
    int http_status;
    std::string body;
    R reason;
    E execution;
    C code;
  };
  const Case cases[] = {
      {431, "", R::kHttpStatus, E::kNotExecuted, C::kInternal},
      {404, "", R::kHttpStatus, E::kNotExecuted, C::kInternal},
      {501, "", R::kHttpStatus, E::kNotExecuted, C::kInternal},
      {500, "", R::kHttpStatus, E::kUnknown, C::kInternal},
      {503, "", R::kHttpStatus, E::kUnknown, C::kUnavailable},
      {200, "", R::kMalformedReply, E::kUnknown, C::kInternal},
      {200, "<html>", R::kMalformedReply, E::kUnknown, C::kInternal},
  };
  http::Endpoint endpoint = *http::Endpoint::Parse("https://10.0.0.1");
  for (const Case& c : cases) {
    http::Response response{c.http_status, "", c.body};
    response.body.reserve(c.body.size() + wire::kReplyPadding);
    CallOutcome outcome =
        Interpret(endpoint, wire::Format::kJsonRpc, std::move(response));
    auto* failure = std::get_if<CallFailure>(&outcome);
    ASSERT_NE(failure, nullptr) << c.http_status;
    EXPECT_EQ(failure->reason, c.reason) << c.http_status;
    EXPECT_EQ(failure->execution, c.execution) << c.http_status;
    EXPECT_EQ(failure->status.code(), c.code) << c.http_status;
    EXPECT_NE(failure->status.message().find("10.0.0.1"),
              absl::string_view::npos);
  }
}

TEST(NamesTest, AreStable) {
  EXPECT_EQ(ReasonName(FailureReason::kNoCoordinator), "NO_COORDINATOR");
  EXPECT_EQ(ReasonName(FailureReason::kBadArguments), "BAD_ARGUMENTS");
  EXPECT_EQ(ExecutionName(Execution::kUnknown), "unknown");
}

}  // namespace
}  // namespace xapi_gateway::call
