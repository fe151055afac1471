#include "tests/testing/fake_xapi.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace xapi_gateway::testing {
namespace {

// The text between `open` and `close`, from `*from` on, which is moved behind
// it; "" and npos if there is none.
std::string Between(const std::string& text, absl::string_view open,
                    absl::string_view close, size_t* from) {
  size_t begin = text.find(std::string(open), *from);
  if (begin == text.npos) {
    *from = text.npos;
    return "";
  }
  begin += open.size();
  size_t end = text.find(std::string(close), begin);
  *from = end + close.size();
  return text.substr(begin, end - begin);
}

FakeRequest ParseXml(const std::string& body) {
  FakeRequest call;
  call.xml = true;
  size_t at = 0;
  call.method = Between(body, "<methodName>", "</methodName>", &at);
  while (at != body.npos) {
    std::string value = Between(body, "<value>", "</value>", &at);
    if (at == body.npos) break;
    if (absl::StartsWith(value, "<string>")) {
      value = value.substr(8, value.size() - 17);
    }
    call.params.push_back(value);
  }
  return call;
}

FakeRequest ParseJson(const std::string& body) {
  FakeRequest call;
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  call.method = document["method"].GetString();
  for (const auto& value : document["params"].GetArray()) {
    call.params.emplace_back(value.IsString() ? value.GetString() : "?");
  }
  return call;
}

std::string Success(const FakeRequest& call, absl::string_view json) {
  if (call.xml) {
    std::string text(json);
    if (text.front() == '"') text = text.substr(1, text.size() - 2);
    return absl::StrCat(
        "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct>"
        "<member><name>Status</name><value>Success</value></member><member>"
        "<name>Value</name><value>",
        text,
        "</value></member></struct></value></param></params>"
        "</methodResponse>");
  }
  return absl::StrCat(R"({"jsonrpc":"2.0","result":)", std::string(json),
                      R"(,"id":1})");
}

std::string Error(const FakeRequest& call,
                  const std::vector<std::string>& error) {
  if (call.xml) {
    return absl::StrCat(
        "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct>"
        "<member><name>Status</name><value>Failure</value></member><member>"
        "<name>ErrorDescription</name><value><array><data><value>",
        absl::StrJoin(error, "</value><value>"),
        "</value></data></array></value></member></struct></value></param>"
        "</params></methodResponse>");
  }
  std::vector<std::string> params(error.begin() + 1, error.end());
  std::string data =
      params.empty() ? ""
                     : absl::StrCat("\"", absl::StrJoin(params, "\",\""), "\"");
  return absl::StrCat(R"({"jsonrpc":"2.0","error":{"code":1,"message":")",
                      error[0], R"(","data":[)", data, R"(]},"id":1})");
}

// {"ref": {field: value}} in either format.
std::string Record(const FakeRequest& call, absl::string_view ref,
                   absl::string_view field, absl::string_view value) {
  if (call.xml) {
    return absl::StrCat("<struct><member><name>", ref,
                        "</name><value><struct><member><name>", field,
                        "</name><value>", value,
                        "</value></member></struct></value></member></struct>");
  }
  return absl::StrCat("{\"", ref, "\":{\"", field, "\":\"", value, "\"}}");
}

}  // namespace

void FakeXapi::Restart(const std::string& address, HostMode mode,
                       const std::string& master) {
  FakeHost& host = hosts_[address];
  host.mode = mode;
  if (!master.empty()) host.master = master;
  host.sessions.clear();
  std::vector<RequestId> broken;
  for (const auto& [id, pending] : pending_) {
    if (pending.host == address && pending.arrived) broken.push_back(id);
  }
  for (RequestId id : broken) {
    Fail(id, http::Failure::Kind::kLost, true, "connection reset");
  }
}

void FakeXapi::Resume(const std::string& address, HostMode mode) {
  hosts_[address].mode = mode;
  std::vector<RequestId> waiting;
  for (const auto& [id, pending] : pending_) {
    if (pending.host == address && pending.arrived && !pending.reply) {
      waiting.push_back(id);
    }
  }
  for (RequestId id : waiting) Arrive(id);
}

int FakeXapi::CountRequests(absl::string_view method) const {
  return static_cast<int>(
      std::count_if(requests_.begin(), requests_.end(),
                    [&](const auto& r) { return r.method == method; }));
}

int FakeXapi::Executed(const std::string& argument) const {
  auto found = executed_.find(argument);
  return found == executed_.end() ? 0 : found->second;
}

size_t FakeXapi::Sessions() const {
  size_t sessions = 0;
  for (const auto& [address, host] : hosts_) sessions += host.sessions.size();
  return sessions;
}

http::Transport::RequestId FakeXapi::Send(const http::Endpoint& endpoint,
                                          http::Request request, Done done) {
  RequestId id = next_id_++;
  absl::Time deadline = request.deadline;
  pending_[id] = {endpoint.host(), std::move(request), std::move(done)};
  loop_->RunAt(deadline, [this, id] {
    auto found = pending_.find(id);
    if (found == pending_.end()) return;
    Fail(id, http::Failure::Kind::kTimeout, found->second.arrived, "timed out");
  });
  loop_->RunAt(loop_->Now() + Latency(), [this, id] { Arrive(id); });
  return id;
}

void FakeXapi::Arrive(RequestId id) {
  auto found = pending_.find(id);
  if (found == pending_.end()) return;
  Pending& pending = found->second;
  auto host = hosts_.find(pending.host);
  if (host == hosts_.end() || host->second.mode == HostMode::kRefuses) {
    Fail(id, http::Failure::Kind::kConnect, false, "connection refused");
    return;
  }
  pending.arrived = true;
  bool xml = pending.request.path != "/jsonrpc";
  FakeRequest call =
      xml ? ParseXml(pending.request.body) : ParseJson(pending.request.body);
  call.host = pending.host;
  if (host->second.mode == HostMode::kHangs) return;
  requests_.push_back(call);
  if (host->second.mode == HostMode::kCloses) {
    Fail(id, http::Failure::Kind::kLost, true, "connection closed");
  } else if (host->second.mode == HostMode::kNoJson && !xml) {
    Reply(id, "<html>no such path</html>", 404);
  } else {
    Serve(id, call);
  }
}

void FakeXapi::Serve(RequestId id, const FakeRequest& call) {
  FakeHost& host = hosts_[call.host];
  bool housekeeping = absl::StartsWith(call.method, "session.") ||
                      absl::StartsWith(call.method, "system.") ||
                      call.method == "pool.get_all_records" ||
                      call.method == "host.get_all_records";
  bool valid = !call.params.empty() && host.sessions.count(call.params[0]) != 0;
  bool acts =
      host.mode == HostMode::kCoordinator || host.mode == HostMode::kNoJson;
  Fault fault;
  if (!housekeeping && valid && acts && faults_) fault = faults_(call);
  using Kind = Fault::Kind;
  switch (fault.kind) {
    case Kind::kNone:
      Reply(id, Dispatch(host, call));
      return;
    case Kind::kError:
      Reply(id, Error(call, fault.error));
      return;
    case Kind::kLostCall:
      Fail(id, http::Failure::Kind::kLost, true, "connection closed");
      return;
    case Kind::kHttp:
      Reply(id, "<html></html>", fault.http_status);
      return;
    case Kind::kLostReply:
      Execute(call);
      Fail(id, http::Failure::Kind::kLost, true, "connection closed");
      return;
    case Kind::kMalformed:
      Execute(call);
      Reply(id, "no reply at all");
      return;
    case Kind::kSilence:
      Execute(call);
      return;
  }
}

std::string FakeXapi::Dispatch(FakeHost& host, const FakeRequest& call) {
  if (host.mode == HostMode::kEmergency) {
    return Error(call, {"HOST_STILL_BOOTING"});
  }
  if (absl::StartsWith(call.method, "system.")) return Success(call, "\"x\"");
  bool login = call.method == "session.login_with_password";
  if (host.mode == HostMode::kSupporter) {
    if (login) return Error(call, {"HOST_IS_SLAVE", host.master});
    return Error(call, {"SESSION_INVALID", call.params[0]});
  }
  if (login) {
    if (call.params[1] != password_) {
      return Error(call, {"SESSION_AUTHENTICATION_FAILED", call.params[0],
                          "Authentication failure"});
    }
    std::string session = absl::StrCat("OpaqueRef:session-", next_session_++);
    host.sessions.insert(session);
    most_sessions_ = std::max(most_sessions_, Sessions());
    return Success(call, absl::StrCat("\"", session, "\""));
  }
  if (call.params.empty() || host.sessions.count(call.params[0]) == 0) {
    std::string given = call.params.empty() ? "" : call.params[0];
    return Error(call, {"SESSION_INVALID", given});
  }
  if (call.method == "session.logout") {
    host.sessions.erase(call.params[0]);
    return Success(call, "\"\"");
  }
  if (call.method == "pool.get_all_records") {
    return Success(call,
                   Record(call, "OpaqueRef:pool", "uuid", host.pool_uuid));
  }
  if (call.method == "host.get_all_records") {
    std::vector<std::string> records;
    for (const auto& [address, other] : hosts_) {
      if (other.pool_uuid != host.pool_uuid) continue;
      records.push_back(absl::StrCat("\"OpaqueRef:", address,
                                     "\":{\"address\":\"", address, "\"}"));
    }
    if (call.xml) return Success(call, "<struct></struct>");
    return Success(call, absl::StrCat("{", absl::StrJoin(records, ","), "}"));
  }
  return Execute(call);
}

std::string FakeXapi::Execute(const FakeRequest& call) {
  if (call.params.size() > 1) ++executed_[call.params[1]];
  return Success(call, "\"done\"");
}

void FakeXapi::Reply(RequestId id, std::string body, int status) {
  auto found = pending_.find(id);
  if (found == pending_.end()) return;
  found->second.reply = body;
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  response.body.reserve(response.body.size() + 64);
  loop_->RunAt(loop_->Now() + Latency(),
               [this, id, response = std::move(response)]() mutable {
                 Deliver(id, std::move(response));
               });
}

void FakeXapi::Fail(RequestId id, http::Failure::Kind kind, bool sent,
                    absl::string_view why) {
  auto found = pending_.find(id);
  if (found == pending_.end()) return;
  http::Failure failure;
  failure.kind = kind;
  failure.maybe_sent = sent;
  absl::StatusCode code = kind == http::Failure::Kind::kTimeout
                              ? absl::StatusCode::kDeadlineExceeded
                              : absl::StatusCode::kUnavailable;
  failure.status = absl::Status(
      code, absl::StrCat(found->second.host, ": ", std::string(why)));
  loop_->Post([this, id, failure = std::move(failure)]() mutable {
    Deliver(id, std::move(failure));
  });
}

void FakeXapi::Deliver(RequestId id, http::Result result) {
  auto pending = pending_.extract(id);
  if (!pending.empty()) pending.mapped().done(std::move(result));
}

}  // namespace xapi_gateway::testing
