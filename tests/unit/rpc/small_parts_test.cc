// The parts that need neither a server nor a pool.
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gateway/rpc/call_metadata.h"
#include "gateway/rpc/decode_workers.h"
#include "gateway/rpc/path_help.h"
#include "gateway/rpc/reflection_index.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "proto/embedded_descriptors.h"

namespace xapi_gateway::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TEST(ChooseDeadlineTest, BoundsWhatTheClientAsksFor) {
  const absl::Time now = absl::FromUnixSeconds(1000);
  const DeadlineLimits limits{absl::Seconds(60), absl::Seconds(100)};
  struct Case {
    absl::Time client;
    absl::Time expected;
  };
  for (const Case& c : {
           Case{absl::InfiniteFuture(), now + absl::Seconds(60)},
           Case{now + absl::Seconds(1), now + absl::Seconds(1)},
           Case{now + absl::Seconds(101), now + absl::Seconds(100)},
           Case{now - absl::Seconds(1), now - absl::Seconds(1)},
       }) {
    EXPECT_EQ(ChooseDeadline(c.client, now, limits), c.expected);
  }
}

TEST(EditDistanceTest, CountsEdits) {
  struct Case {
    const char* a;
    const char* b;
    size_t distance;
  };
  for (const Case& c : {Case{"", "", 0}, Case{"", "abc", 3}, Case{"abc", "", 3},
                        Case{"abc", "ABC", 0}, Case{"Start", "start_vm", 3},
                        Case{"kitten", "sitting", 3}}) {
    EXPECT_EQ(EditDistance(c.a, c.b), c.distance) << c.a << " " << c.b;
  }
}

TEST(DecodeWorkersTest, RunsWhatFits) {
  absl::Notification release;
  absl::Notification first_runs;
  int ran = 0;
  {
    DecodeWorkers workers(1);
    DecodeWorkers::Job first = [&] {
      first_runs.Notify();
      release.WaitForNotification();
      ++ran;
    };
    ASSERT_TRUE(workers.Submit(kMaxWaitingReplyBytes, first));
    // What runs does not count as waiting.
    first_runs.WaitForNotification();
    DecodeWorkers::Job second = [&] { ++ran; };
    ASSERT_TRUE(workers.Submit(kMaxWaitingReplyBytes, second));
    DecodeWorkers::Job third = [&] { ran += 100; };
    EXPECT_FALSE(workers.Submit(1, third));
    EXPECT_TRUE(third != nullptr);
    release.Notify();
  }
  EXPECT_EQ(ran, 2);
}

const ReflectionIndex& Index() {
  static const ReflectionIndex& index =
      *ReflectionIndex::Create(DescriptorSet())->release();
  return index;
}

std::string FileOf(const absl::StatusOr<ReflectionIndex::FileId>& id) {
  if (!id.ok()) return std::string(id.status().message());
  google::protobuf::FileDescriptorProto file;
  const absl::string_view bytes = Index().bytes(*id);
  file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return file.name();
}

TEST(ReflectionIndexTest, FindsSymbols) {
  struct Case {
    const char* symbol;
    const char* file;
  };
  for (const Case& c : {
           Case{"xenapi.v1.VmService", "xenapi/v1/vm.proto"},
           Case{"xenapi.v1.VmService.Start", "xenapi/v1/vm.proto"},
           Case{"xenapi.v1.VmService.Nothing",
                "there is no symbol \"xenapi.v1.VmService.Nothing\""},
           Case{"xenapi.v1.Vm", "xenapi/v1/vm.proto"},
           Case{"xenapi.v1.Vm.power_state", "xenapi/v1/vm.proto"},
           Case{"xenapi.v1.Vm.OtherConfigEntry", "xenapi/v1/vm.proto"},
           Case{"xenapi.v1.rpc", "xenapi/v1/annotations.proto"},
           Case{"google.protobuf.Timestamp", "google/protobuf/timestamp.proto"},
           Case{"google.rpc.BadRequest.FieldViolation",
                "google/rpc/error_details.proto"},
           Case{"", "there is no symbol \"\""},
           Case{"Start", "there is no symbol \"Start\""},
           Case{"a.b.c.d", "there is no symbol \"a.b.c.d\""},
       }) {
    EXPECT_EQ(FileOf(Index().FindSymbol(c.symbol)), c.file);
  }
}

TEST(ReflectionIndexTest, FindsFilesAndExtensions) {
  EXPECT_EQ(FileOf(Index().FindFile("xenapi/v1/vm.proto")),
            "xenapi/v1/vm.proto");
  EXPECT_EQ(FileOf(Index().FindFile("nope.proto")),
            "there is no file \"nope.proto\"");
  EXPECT_EQ(
      FileOf(Index().FindExtension("google.protobuf.MethodOptions", 51001)),
      "xenapi/v1/annotations.proto");
  EXPECT_THAT(*Index().ExtensionNumbers("google.protobuf.MethodOptions"),
              ElementsAre(51001));
  EXPECT_THAT(Index().services(), Contains("xenapi.v1.VmService"));
}

TEST(ReflectionIndexTest, RefusesMalformedSets) {
  for (const char* bytes : {"\x0a", "\x0a\x05z", "\x12\x01z", "\x0a\x01\xff"}) {
    EXPECT_FALSE(ReflectionIndex::Create(bytes).ok());
  }
}

}  // namespace
}  // namespace xapi_gateway::rpc
