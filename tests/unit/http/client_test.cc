#include "backend/http/client.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "backend/wire/format.h"
#include "gmock/gmock.h"
#include "tests/testing/raw_http_server.h"
#include "tests/unit/http/client_fixture.h"

namespace xapi_gateway::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::xapi_gateway::testing::RawConnection;
using ::xapi_gateway::testing::RawHttpServer;
using ::xapi_gateway::testing::RawRequest;

using Kind = Failure::Kind;

bool Echo(const RawRequest& request, RawConnection& connection) {
  return connection.Reply(request.body);
}

TEST_F(ClientTest, PostsAndKeepsTheConnection) {
  RawHttpServer server(Echo);
  for (int i = 0; i < 10; ++i) {
    std::string body = absl::StrCat("call ", i);
    Result result = Post(server.endpoint(), body);
    EXPECT_EQ(BodyOf(result), body);
    EXPECT_GE(std::get<Response>(result).body.capacity(),
              body.size() + wire::kReplyPadding);
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client_->stats().requests, 10);
  EXPECT_EQ(client_->stats().connections, 1);
}

TEST_F(ClientTest, SendsLittleAndInOnePiece) {
  RawHttpServer server(Echo);
  Request request = MakeRequest(std::string(2000, 'x'));
  request.traceparent =
      "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  ClientOptions options;
  options.user_agent = "xapi-gateway/9.9";
  Open(options);
  Send(server.endpoint(), std::move(request));
  RawRequest got = server.requests().at(0);
  EXPECT_EQ(got.first_read_bytes, got.head.size() + got.body.size());
  EXPECT_LT(got.head.size(), 400);
  EXPECT_THAT(got.head, HasSubstr("POST /jsonrpc HTTP/1.1\r\n"));
  EXPECT_THAT(got.head, HasSubstr("\r\nUser-Agent: xapi-gateway/9.9\r\n"));
  EXPECT_THAT(got.head, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(got.head, HasSubstr("\r\nContent-Length: 2000\r\n"));
  EXPECT_THAT(got.head, HasSubstr("\r\ntraceparent: 00-0123"));
  EXPECT_THAT(got.head, Not(HasSubstr("Expect")));
  EXPECT_THAT(got.head, Not(HasSubstr("Accept")));
}

TEST_F(ClientTest, ForgedTraceparentIsNotSent) {
  RawHttpServer server(Echo);
  for (const char* value : {"x", "00-0123\r\ntask-id: OpaqueRef:1", ""}) {
    Request request = MakeRequest("{}");
    request.traceparent = value;
    Send(server.endpoint(), std::move(request));
    EXPECT_THAT(server.requests().back().head, Not(HasSubstr("traceparent")));
    EXPECT_THAT(server.requests().back().head, Not(HasSubstr("task-id")));
  }
}

// Every way a reply can go wrong, and what the client makes of it.
TEST_F(ClientTest, BadReplies) {
  struct Case {
    std::string name;
    RawHttpServer::Handler handler;
    Kind kind;
    bool maybe_sent = true;
  };
  auto raw = [](std::string bytes) {
    return [bytes](const RawRequest&, RawConnection& connection) {
      connection.Write(bytes);
      return false;
    };
  };
  const std::string head = "HTTP/1.1 200 OK\r\ncontent-length: ";
  const Case cases[] = {
      {"closed at once", raw(""), Kind::kLost},
      {"reset",
       [](const RawRequest&, RawConnection& connection) {
         connection.Reset();
         return false;
       },
       Kind::kLost},
      {"half a head", raw("HTTP/1.1 200 OK\r\ncontent-le"), Kind::kLost},
      {"half a body", raw(head + "10\r\n\r\nhalf"), Kind::kLost},
      {"length too long to be true", raw(head + "9999999999999\r\n\r\n{}"),
       Kind::kReplyTooLarge},
      {"negative length", raw(head + "-5\r\n\r\n{}"), Kind::kBadReply},
      {"not HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n"), Kind::kBadReply},
      {"endless headers",
       [](const RawRequest&, RawConnection& connection) {
         connection.Write("HTTP/1.1 200 OK\r\n");
         while (connection.Write("x-filler: 0123456789\r\n")) {
         }
         return false;
       },
       Kind::kBadReply},
      {"endless body without a length",
       [](const RawRequest&, RawConnection& connection) {
         connection.Write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
         std::string filler(65536, 'x');
         while (connection.Write(filler)) {
         }
         return false;
       },
       Kind::kReplyTooLarge},
      {"end of the connection as end of the body",
       raw("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}"), Kind::kBadReply},
      {"chunked and cut off",
       raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}"),
       Kind::kLost},
  };
  for (const Case& c : cases) {
    RawHttpServer server(c.handler);
    Request request = MakeRequest("{}");
    request.max_reply_bytes = 1 << 20;
    Failure failure = FailureOf(Send(server.endpoint(), std::move(request)));
    EXPECT_EQ(failure.kind, c.kind) << c.name << ": " << failure.status;
    EXPECT_EQ(failure.maybe_sent, c.maybe_sent) << c.name;
    EXPECT_THAT(std::string(failure.status.message()),
                HasSubstr(server.endpoint()));
    EXPECT_EQ(server.requests().size(), 1u) << c.name << " was sent again";
  }
}

TEST_F(ClientTest, ShortLengthGivesTheAnnouncedPart) {
  RawHttpServer server([](const RawRequest&, RawConnection& connection) {
    connection.Write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}more");
    return true;
  });
  EXPECT_EQ(BodyOf(Post(server.endpoint())), "{}");
}

TEST_F(ClientTest, StatusesAndRedirectsAreReported) {
  RawHttpServer server([](const RawRequest& request, RawConnection& c) {
    return c.Reply("<html>", request.body +
                                 "\r\nlocation: http://127.0.0.1:1/"
                                 "\r\nset-cookie: a=b");
  });
  for (int status : {301, 302, 307, 401, 404, 407, 431, 500, 503}) {
    Result result = Post(server.endpoint(), absl::StrCat(status, " Told"));
    ASSERT_TRUE(std::holds_alternative<Response>(result)) << status;
    EXPECT_EQ(std::get<Response>(result).status, status);
    EXPECT_EQ(std::get<Response>(result).content_type, "application/json");
  }
  for (const RawRequest& request : server.requests()) {
    EXPECT_THAT(request.head, Not(HasSubstr("ookie")));
  }
}

// curl alone would send such a request again, on a new connection.
TEST_F(ClientTest, RequestOnADyingConnectionIsSentOnce) {
  RawHttpServer server([](const RawRequest& request, RawConnection& c) {
    return request.body == "first" && c.Reply("ok");
  });
  EXPECT_EQ(BodyOf(Post(server.endpoint(), "first")), "ok");
  Failure failure = FailureOf(Post(server.endpoint(), "second"));
  EXPECT_EQ(failure.kind, Kind::kLost);
  EXPECT_TRUE(failure.maybe_sent);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(ClientTest, IdleConnectionThatWasClosedIsNotUsed) {
  std::string endpoint;
  {
    RawHttpServer server([](const RawRequest&, RawConnection& connection) {
      connection.Reply("ok");
      return false;
    });
    EXPECT_EQ(BodyOf(Post(server.endpoint())), "ok");
    EXPECT_EQ(BodyOf(Post(server.endpoint())), "ok");
    EXPECT_EQ(server.connections(), 2);
    endpoint = server.endpoint();
  }
  Failure failure = FailureOf(Post(endpoint));
  EXPECT_EQ(failure.kind, Kind::kConnect);
  EXPECT_FALSE(failure.maybe_sent);
}

TEST_F(ClientTest, FailuresBeforeAnythingIsSent) {
  for (const char* endpoint :
       {"http://127.0.0.1:1", "http://no-such-host.invalid",
        "unix:/nonexistent/socket", "https://127.0.0.1:1"}) {
    Failure failure = FailureOf(Post(endpoint));
    EXPECT_EQ(failure.kind, Kind::kConnect) << endpoint;
    EXPECT_FALSE(failure.maybe_sent) << endpoint;
    EXPECT_EQ(failure.status.code(), absl::StatusCode::kUnavailable);
  }
}

TEST_F(ClientTest, DeadlineEndsASlowDrip) {
  RawHttpServer server([](const RawRequest&, RawConnection& connection) {
    connection.Write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{");
    connection.WaitForPeer();
    return false;
  });
  Failure failure = FailureOf(
      Send(server.endpoint(), MakeRequest("{}", absl::Milliseconds(100))));
  EXPECT_EQ(failure.kind, Kind::kTimeout);
  EXPECT_TRUE(failure.maybe_sent);
  EXPECT_EQ(failure.status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(ClientTest, PassedDeadlineIsNotSent) {
  RawHttpServer server(Echo);
  Failure failure =
      FailureOf(Send(server.endpoint(), MakeRequest("{}", absl::Seconds(-1))));
  EXPECT_EQ(failure.kind, Kind::kTimeout);
  EXPECT_FALSE(failure.maybe_sent);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ClientTest, BodyLimitIsXapis) {
  RawHttpServer server(Echo);
  std::string most(kMaxRequestBodyBytes, 'x');
  EXPECT_EQ(BodyOf(Post(server.endpoint(), most)), most);
  Failure failure = FailureOf(Post(server.endpoint(), most + "x"));
  EXPECT_EQ(failure.kind, Kind::kRefused);
  EXPECT_FALSE(failure.maybe_sent);
  EXPECT_EQ(failure.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(ClientTest, HeaderLimitIsXapis) {
  Request request = MakeRequest("{}");
  std::string type(900, 't');
  request.content_type = type;
  EXPECT_EQ(FailureOf(Send("http://127.0.0.1:1", std::move(request))).kind,
            Kind::kRefused);
}

TEST_F(ClientTest, CancelReachesTheServer) {
  absl::Notification peer_gone;
  RawHttpServer server([&](const RawRequest&, RawConnection& connection) {
    connection.WaitForPeer();
    peer_gone.Notify();
    return false;
  });
  Open();
  Transport::RequestId id = 0;
  loop_->RunAndWait([&] {
    id = client_->Send(*Endpoint::Parse(server.endpoint()), MakeRequest("{}"),
                       [](Result) { ADD_FAILURE() << "was cancelled"; });
  });
  ASSERT_TRUE(server.WaitForRequests(1, absl::Seconds(30)));
  loop_->RunAndWait([&] {
    client_->Cancel(id);
    client_->Cancel(id);
    client_->Cancel(4711);
  });
  EXPECT_TRUE(peer_gone.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

TEST_F(ClientTest, ConnectionsPerHostAreBounded) {
  constexpr int kRequests = 20;
  RawHttpServer server(Echo);
  ClientOptions options;
  options.max_connections_per_host = 3;
  Open(options);
  absl::BlockingCounter left(kRequests);
  loop_->RunAndWait([&] {
    for (int i = 0; i < kRequests; ++i) {
      client_->Send(*Endpoint::Parse(server.endpoint()), MakeRequest("{}"),
                    [&](Result result) {
                      EXPECT_EQ(BodyOf(result), "{}");
                      left.DecrementCount();
                    });
    }
  });
  left.Wait();
  EXPECT_LE(server.connections(), 3);
}

TEST_F(ClientTest, RequestsMayBeginInsideDone) {
  RawHttpServer server(Echo);
  Open();
  absl::Notification over;
  std::string second;
  loop_->RunAndWait([&] {
    Endpoint endpoint = *Endpoint::Parse(server.endpoint());
    client_->Send(endpoint, MakeRequest("1"), [&, endpoint](Result) {
      client_->Send(endpoint, MakeRequest("2"), [&](Result result) {
        second = BodyOf(result);
        over.Notify();
      });
    });
  });
  over.WaitForNotification();
  EXPECT_EQ(second, "2");
}

TEST_F(ClientTest, DestroyedClientDropsItsRequests) {
  RawHttpServer server([&](const RawRequest&, RawConnection& connection) {
    connection.WaitForPeer();
    return false;
  });
  Open();
  auto held = std::make_shared<int>();
  std::weak_ptr<int> watch = held;
  Request refused = MakeRequest(std::string(kMaxRequestBodyBytes + 1, 'x'));
  loop_->RunAndWait([&, held = std::move(held)]() mutable {
    Endpoint endpoint = *Endpoint::Parse(server.endpoint());
    auto done = [held](Result) { ADD_FAILURE() << "the client is gone"; };
    client_->Send(endpoint, MakeRequest("{}"), done);
    client_->Send(endpoint, std::move(refused), done);
    client_.reset();
  });
  EXPECT_TRUE(watch.expired());
}

TEST_F(ClientTest, UnixSocketAndIpv6) {
  testing::RawServerOptions unix_options;
  unix_options.unix_path = absl::StrCat("/tmp/http_test.", getpid(), ".sock");
  RawHttpServer unix_server(unix_options, Echo);
  EXPECT_EQ(BodyOf(Post(unix_server.endpoint(), "a")), "a");
  testing::RawServerOptions ipv6;
  ipv6.ipv6 = true;
  RawHttpServer ipv6_server(ipv6, Echo);
  EXPECT_EQ(BodyOf(Post(ipv6_server.endpoint(), "b")), "b");
}

TEST_F(ClientTest, ProxiesOfTheEnvironmentAreIgnored) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  RawHttpServer server(Echo);
  EXPECT_EQ(BodyOf(Post(server.endpoint(), "a")), "a");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST(TraceparentTest, Form) {
  struct Case {
    std::string value;
    bool valid;
  };
  const std::string good =
      "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  const Case cases[] = {
      {good, true},
      {"", false},
      {good + "0", false},
      {"01" + good.substr(2), false},
      {good.substr(0, 54) + "G", false},
      {good.substr(0, 54) + "A", false},
      {good.substr(0, 35) + "_" + good.substr(36), false},
  };
  for (const Case& c : cases) EXPECT_EQ(IsTraceparent(c.value), c.valid);
}

}  // namespace
}  // namespace xapi_gateway::http
