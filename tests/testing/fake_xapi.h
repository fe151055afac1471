// A pool of xapi hosts behind the Transport interface, in the time of a
// FakeLoop: what the sessions and coordinator logic is tested against.
#ifndef TESTS_TESTING_FAKE_XAPI_H_
#define TESTS_TESTING_FAKE_XAPI_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "backend/http/transport.h"
#include "tests/testing/fake_loop.h"

namespace xapi_gateway::testing {

// What a host does with a request.
enum class HostMode {
  kCoordinator,
  kSupporter,  // answers HOST_IS_SLAVE
  kEmergency,  // answers HOST_STILL_BOOTING
  kRefuses,    // no connection: nothing can have been sent
  kHangs,      // takes requests and answers when it is back
  kCloses,     // takes the request, then the connection ends
  kNoJson,     // a coordinator that knows XML-RPC only
};

struct FakeHost {
  HostMode mode = HostMode::kCoordinator;
  std::string master = "10.0.0.1";  // named in HOST_IS_SLAVE
  std::string pool_uuid = "pool-1";
  std::set<std::string> sessions;  // lost when the process ends
};

// A request as the host saw it.
struct FakeRequest {
  std::string host;  // "10.0.0.1"
  std::string method;
  std::vector<std::string> params;  // as text; the session included
  bool xml = false;
};

// What the reply of one executed call looks like, if not a plain success.
struct Fault {
  enum class Kind {
    kNone,
    kError,      // xapi's own, with `error`
    kLostReply,  // executed, then the connection ends
    kLostCall,   // the connection ends before it is executed
    kHttp,       // another HTTP status, nothing executed
    kMalformed,  // executed; the reply is no reply
    kSilence,    // executed, never answered
  };
  Kind kind = Kind::kNone;
  std::vector<std::string> error;  // code and parameters
  int http_status = 500;
};

class FakeXapi : public http::Transport {
 public:
  // Decides about each call with a valid session other than the pool's own
  // housekeeping; null: all succeed.
  using FaultSource = std::function<Fault(const FakeRequest&)>;

  explicit FakeXapi(FakeLoop* loop) : loop_(loop) {}

  // Creates the host on first use.
  FakeHost& host(const std::string& address) { return hosts_[address]; }
  void set_faults(FaultSource faults) { faults_ = std::move(faults); }
  void set_latency(std::function<absl::Duration()> latency) {
    latency_ = std::move(latency);
  }
  // Only this password is accepted.
  void set_password(std::string password) { password_ = std::move(password); }
  // Changes what a host is, as a new process: its sessions are gone, and
  // requests under way end with the connection.
  void Restart(const std::string& address, HostMode mode,
               const std::string& master = "");
  // Lets a hanging host go on where it was.
  void Resume(const std::string& address, HostMode mode);

  // Every request that reached a host, and every call that was executed, by
  // its first argument after the session.
  const std::vector<FakeRequest>& requests() const { return requests_; }
  int CountRequests(absl::string_view method) const;
  int Executed(const std::string& argument) const;
  size_t Sessions() const;  // over all hosts
  size_t most_sessions() const { return most_sessions_; }
  size_t in_flight() const { return pending_.size(); }

  http::Loop& loop() override { return *loop_; }
  RequestId Send(const http::Endpoint& endpoint, http::Request request,
                 Done done) override;
  void Cancel(RequestId id) override { pending_.erase(id); }

 private:
  struct Pending {
    std::string host;
    http::Request request;
    Done done;
    bool arrived = false;
    std::optional<std::string> reply;  // body to deliver
  };

  void Arrive(RequestId id);
  void Serve(RequestId id, const FakeRequest& call);
  std::string Dispatch(FakeHost& host, const FakeRequest& call);
  std::string Execute(const FakeRequest& call);
  void Reply(RequestId id, std::string body, int status = 200);
  void Fail(RequestId id, http::Failure::Kind kind, bool sent,
            absl::string_view why);
  void Deliver(RequestId id, http::Result result);
  absl::Duration Latency() const {
    return latency_ ? latency_() : absl::Milliseconds(1);
  }

  FakeLoop* const loop_;
  std::map<std::string, FakeHost> hosts_;
  FaultSource faults_;
  std::function<absl::Duration()> latency_;
  std::string password_ = "secret";
  std::map<RequestId, Pending> pending_;
  RequestId next_id_ = 1;
  int next_session_ = 1;
  size_t most_sessions_ = 0;
  std::vector<FakeRequest> requests_;
  std::map<std::string, int> executed_;
};

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_FAKE_XAPI_H_
