// Finds out whether one host is the coordinator of the pool, and gets a
// session there.
#ifndef BACKEND_CALL_CONNECT_ATTEMPT_H_
#define BACKEND_CALL_CONNECT_ATTEMPT_H_

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "backend/call/exchange.h"
#include "backend/call/outcome.h"
#include "backend/call/pool_options.h"
#include "backend/call/session_calls.h"
#include "backend/http/transport.h"
#include "backend/session/session_pool.h"

namespace xapi_gateway::call {

// The host is the coordinator.
struct Found {
  Route route;  // with the format that works there
  std::string pool_uuid;
  // Logged in by the attempt; empty if the session that was there still holds.
  std::string new_session;
};
// It is a supporter, and named this address as its coordinator.
struct Redirect {
  std::string address;
};
// It is the coordinator, but does not know or like the credentials.
struct Rejected {
  wire::ApiError error;
};
// It is no coordinator of this pool now; one sentence says why.
struct NoCoordinator {
  std::string problem;
};
using AttemptResult = std::variant<Found, Redirect, Rejected, NoCoordinator>;

// What attempts work with; all of it outlives them.
struct AttemptContext {
  http::Transport* transport;
  SessionCalls* session_calls;
  session::SessionPool* sessions;  // of the pool's own identity
  const PoolOptions* options;
  ExchangeLimits limits;
};

// Steps: try the session there is, if it came from this host; else log in; then
// read the pool's record, and compare its uuid. An older session is tried on
// the record first: if it holds, host and process are the same under another
// name, and the new one is logged out.
class ConnectAttempt : public std::enable_shared_from_this<ConnectAttempt> {
 public:
  // `pool_uuid` may be empty: any pool will do.
  ConnectAttempt(const AttemptContext& context, Route route,
                 std::string pool_uuid, std::function<void(AttemptResult)> done)
      : context_(context),
        route_(std::move(route)),
        pool_uuid_(std::move(pool_uuid)),
        done_(std::move(done)) {}

  // `session_is_from_here`: the sessions there are came from this endpoint.
  void Start(bool session_is_from_here);
  // `done` will not run any more. A login under way is finished, and then
  // logged out.
  void Abandon();

  const http::Endpoint& endpoint() const { return route_.endpoint; }

 private:
  void Login();
  void OnLogin(SessionCalls::LoginOutcome outcome);
  bool ShouldTryXml(const CallFailure& failure) const;
  void Verify(std::string reference);
  void OnUuid(const std::string& reference, SessionCalls::UuidOutcome outcome);
  void OnVerifyError(const std::string& reference, const wire::ApiError& error);
  void Compare(const std::string& reference, std::string uuid);
  void Finish(AttemptResult result);
  void LogoutNew();

  const AttemptContext context_;
  Route route_;
  const std::string pool_uuid_;
  std::function<void(AttemptResult)> done_;
  std::string new_session_;
  http::Transport::RequestId verify_request_ = 0;
  bool over_ = false;
};

// What a host that answers `error` is, unless it is the coordinator.
AttemptResult FromError(const http::Endpoint& endpoint,
                        const wire::ApiError& error);

}  // namespace xapi_gateway::call

#endif  // BACKEND_CALL_CONNECT_ATTEMPT_H_
