// A xapi that answers calls with anything but what it should.
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/gateway_process.h"
#include "tests/testing/raw_http_server.h"

namespace xapi_gateway {
namespace {

using ::testing::AnyOf;
using testing::Call;
using testing::CallResult;
using testing::RawConnection;
using testing::RawRequest;
using ::testing::StartsWith;
using testing::Summary;

constexpr size_t kReplyCap = 1 << 20;
constexpr char kGetAllRecords[] = "/xenapi.v1.VmService/GetAllRecords";

// Behaves well but for VM.get_all_records, which `answer` serves.
class HostileXapi {
 public:
  using Answer = std::function<bool(RawConnection&)>;

  explicit HostileXapi(bool xml)
      : xml_(xml),
        server_([this](const RawRequest& request, RawConnection& connection) {
          return Serve(request.body, connection);
        }) {}

  void set_answer(Answer answer) {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  std::string endpoint() const { return server_.endpoint(); }

 private:
  bool Serve(const std::string& body, RawConnection& connection) {
    if (absl::StrContains(body, "VM.get_all_records")) {
      Answer answer;
      {
        absl::MutexLock lock(&mutex_);
        answer = answer_;
      }
      return answer(connection);
    }
    if (absl::StrContains(body, "pool.get_all_records")) {
      return connection.Reply(
          xml_ ? Xml("<struct><member><name>OpaqueRef:p</name><value><struct>"
                     "<member><name>uuid</name><value>u</value></member>"
                     "</struct></value></member></struct>")
               : Json(R"({"OpaqueRef:p":{"uuid":"u"}})"));
    }
    if (absl::StrContains(body, "host.get_all_records")) {
      return connection.Reply(xml_ ? Xml("<struct></struct>") : Json("{}"));
    }
    return connection.Reply(xml_ ? Xml("OpaqueRef:s")
                                 : Json("\"OpaqueRef:s\""));
  }

  static std::string Json(const std::string& result) {
    return absl::StrCat(R"({"jsonrpc":"2.0","result":)", result, R"(,"id":1})");
  }
  static std::string Xml(const std::string& value) {
    return absl::StrCat(
        "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct>"
        "<member><name>Status</name><value>Success</value></member>"
        "<member><name>Value</name><value>",
        value,
        "</value></member></struct></value></param></params>"
        "</methodResponse>");
  }

  const bool xml_;
  absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_);
  testing::RawHttpServer server_;
};

class HostileRepliesTest : public ::testing::TestWithParam<const char*> {
 protected:
  HostileRepliesTest() : xml_(std::string(GetParam()) == "xml"), xapi_(xml_) {
    testing::PoolConfig pool;
    pool.seeds = {xapi_.endpoint()};
    pool.wire = GetParam();
    pool.more = absl::StrCat("limits: {reply_bytes: ", kReplyCap, "}");
    gateway_ =
        std::make_unique<testing::GatewayProcess>(testing::ConfigText({pool}));
  }

  CallResult CallWith(HostileXapi::Answer answer) {
    xapi_.set_answer(std::move(answer));
    return Call(gateway_->channel(), {kGetAllRecords, ""});
  }

  const bool xml_;
  HostileXapi xapi_;
  std::unique_ptr<testing::GatewayProcess> gateway_;
};

const std::string& Deep() {
  static const std::string& deep = *new std::string(
      R"({"jsonrpc":"2.0","result":)" + std::string(100000, '[') +
      std::string(100000, ']') + "}");
  return deep;
}

const std::string& DeepXml() {
  static const std::string& deep = *[] {
    auto* text = new std::string("<methodResponse><params><param>");
    for (int i = 0; i < 20000; ++i) absl::StrAppend(text, "<value><struct>");
    return text;
  }();
  return deep;
}

TEST_P(HostileRepliesTest, AreReportedAndSurvived) {
  ASSERT_TRUE(gateway_->WaitUntilServing());
  const std::string bodies[] = {
      "",
      "{",
      "<",
      "null",
      "true",
      "[]",
      "{}",
      "\"OpaqueRef:1\"",
      std::string(1000, '\0'),
      "\xff\xfe\x00\x01",
      R"({"jsonrpc":"2.0","id":1})",
      R"({"jsonrpc":"2.0","result":"text","id":1})",
      R"({"jsonrpc":"2.0","result":[1,2],"id":1})",
      R"({"jsonrpc":"2.0","result":{"OpaqueRef:1":[]},"id":1})",
      R"({"jsonrpc":"2.0","result":{"OpaqueRef:1":{"uuid":"x)",
      R"({"jsonrpc":"2.0","error":7,"id":1})",
      R"({"jsonrpc":"2.0","error":{"code":1},"id":1})",
      R"({"jsonrpc":"2.0","error":[],"id":0})",
      Deep(),
      "<?xml version=\"1.0\"?><methodResponse/>",
      "<methodResponse><params><param><value>x</value></param></params>",
      "<methodResponse><fault><value/></fault></methodResponse>",
      "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>"
      "<methodResponse>&b;</methodResponse>",
      DeepXml(),
      "<html><body>It works!</body></html>",
  };
  for (const std::string& body : bodies) {
    const CallResult result = CallWith(
        [&](RawConnection& connection) { return connection.Reply(body); });
    EXPECT_THAT(Summary(result),
                AnyOf(StartsWith("INTERNAL "), StartsWith("UNAVAILABLE ")))
        << absl::CHexEscape(body.substr(0, 100));
  }
}

TEST_P(HostileRepliesTest, BrokenConnectionsAreReported) {
  ASSERT_TRUE(gateway_->WaitUntilServing());
  const HostileXapi::Answer answers[] = {
      [](RawConnection&) { return false; },
      [](RawConnection& connection) {
        connection.Reset();
        return false;
      },
      [](RawConnection& connection) {
        connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        return false;
      },
      [](RawConnection& connection) {
        connection.Write("SSH-2.0-OpenSSH_9.2\r\n");
        return false;
      },
      [](RawConnection& connection) {
        return connection.Reply("Internal error", "500 Internal Server Error");
      },
      [](RawConnection& connection) {
        return connection.Reply("Gone", "404 Not Found");
      },
      [](RawConnection& connection) {
        connection.Write("HTTP/1.1 200 OK\r\nX: " +
                         std::string(200 << 10, 'x'));
        return false;
      },
  };
  for (const HostileXapi::Answer& answer : answers) {
    EXPECT_THAT(Summary(CallWith(answer)),
                AnyOf(StartsWith("INTERNAL "), StartsWith("UNAVAILABLE ")));
  }
}

TEST_P(HostileRepliesTest, EndlessRepliesAreCutOff) {
  ASSERT_TRUE(gateway_->WaitUntilServing());
  const size_t before = gateway_->process().resident_bytes();
  for (const char* head :
       {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const CallResult result = CallWith([head](RawConnection& connection) {
      const std::string chunk =
          absl::StrCat("10000\r\n", std::string(0x10000, 'x'), "\r\n");
      if (!connection.Write(head)) return false;
      while (connection.Write(chunk)) {
      }
      return false;
    });
    EXPECT_THAT(Summary(result),
                StartsWith("RESOURCE_EXHAUSTED REPLY_TOO_LARGE@xapi-gateway"));
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(gateway_->process().resident_bytes(), before + 20 * kReplyCap);
#endif
}

TEST_P(HostileRepliesTest, SlowRepliesEndAtTheDeadline) {
  ASSERT_TRUE(gateway_->WaitUntilServing());
  xapi_.set_answer([](RawConnection& connection) {
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    connection.WaitForPeer();
    return false;
  });
  const CallResult result = Call(
      gateway_->channel(), {kGetAllRecords, "", {}, absl::Milliseconds(300)});
  EXPECT_THAT(Summary(result), StartsWith("DEADLINE_EXCEEDED "));
}

INSTANTIATE_TEST_SUITE_P(Wires, HostileRepliesTest,
                         ::testing::Values("json", "xml"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

}  // namespace
}  // namespace xapi_gateway
