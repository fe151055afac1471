// A client on a real loop, with blocking calls for tests.
#ifndef TESTS_UNIT_HTTP_CLIENT_FIXTURE_H_
#define TESTS_UNIT_HTTP_CLIENT_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "backend/http/client.h"
#include "backend/http/event_loop.h"
#include "gtest/gtest.h"

namespace xapi_gateway::http {

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() : loop_(*EventLoop::Start()) {}

  void Open(ClientOptions options = {}) {
    auto client = Client::Create(loop_.get(), std::move(options));
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }
  Request MakeRequest(std::string body,
                      absl::Duration timeout = absl::Seconds(30)) {
    Request request;
    request.path = "/jsonrpc";
    request.content_type = "application/json";
    request.body = std::move(body);
    request.deadline = loop_->Now() + timeout;
    return request;
  }
  Result Send(const std::string& endpoint, Request request) {
    if (client_ == nullptr) Open();
    absl::Notification over;
    Result result;
    loop_->RunAndWait([&] {
      client_->Send(*Endpoint::Parse(endpoint), std::move(request),
                    [&](Result got) {
                      result = std::move(got);
                      over.Notify();
                    });
    });
    over.WaitForNotification();
    return result;
  }
  Result Post(const std::string& endpoint, std::string body = "{}") {
    return Send(endpoint, MakeRequest(std::move(body)));
  }

  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Client> client_;
};

inline Failure FailureOf(const Result& result) {
  auto* failure = std::get_if<Failure>(&result);
  if (failure != nullptr) return *failure;
  ADD_FAILURE() << "there was a reply: " << std::get<Response>(result).body;
  return {};
}

inline std::string BodyOf(const Result& result) {
  auto* response = std::get_if<Response>(&result);
  if (response != nullptr) return response->body;
  ADD_FAILURE() << std::get<Failure>(result).status;
  return "";
}

}  // namespace xapi_gateway::http

#endif  // TESTS_UNIT_HTTP_CLIENT_FIXTURE_H_
