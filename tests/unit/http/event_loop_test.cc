#include "backend/http/event_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace xapi_gateway::http {
namespace {

using ::testing::ElementsAre;

TEST(EventLoopTest, RunsTasksOfManyThreadsInTheirOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 1000;
  auto loop = *EventLoop::Start();
  std::vector<int> last(kThreads, -1);
  absl::BlockingCounter left(kThreads * kTasks);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        loop->Post([&, t, i] {
          EXPECT_TRUE(loop->InLoopThread());
          EXPECT_EQ(last[t], i - 1);
          last[t] = i;
          left.DecrementCount();
        });
      }
    });
  }
  left.Wait();
  for (std::thread& thread : threads) thread.join();
}

TEST(EventLoopTest, TimersRunInOrderOfTimeAndCanBeCancelled) {
  auto loop = *EventLoop::Start();
  std::vector<int> order;
  absl::Notification over;
  loop->RunAndWait([&] {
    absl::Time now = loop->Now();
    auto at = [&](int ms) { return now + absl::Milliseconds(ms); };
    loop->RunAt(at(20), [&] { over.Notify(); });
    loop->RunAt(at(10), [&] { order.push_back(2); });
    auto cancelled = loop->RunAt(at(5), [&] { order.push_back(99); });
    loop->RunAt(at(-5), [&] { order.push_back(1); });
    loop->CancelTimer(cancelled);
    loop->CancelTimer(cancelled);
    loop->CancelTimer(4711);
  });
  over.WaitForNotification();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(EventLoopTest, WatchesDescriptors) {
  auto loop = *EventLoop::Start();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  absl::Notification readable;
  loop->RunAndWait([&] {
    loop->WatchFd(ends[0], EPOLLIN, [&](uint32_t events) {
      EXPECT_TRUE(events & EPOLLIN);
      loop->UnwatchFd(ends[0]);
      readable.Notify();
    });
  });
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  readable.WaitForNotification();
  close(ends[0]);
  close(ends[1]);
}

TEST(EventLoopTest, WallClockTimesAreTranslated) {
  auto loop = *EventLoop::Start();
  absl::Duration left =
      loop->FromWallClock(absl::Now() + absl::Seconds(100)) - loop->Now();
  EXPECT_GT(left, absl::Seconds(99));
  EXPECT_LE(left, absl::Seconds(101));
}

TEST(EventLoopTest, DestroysWhatItDoesNotRun) {
  auto held = std::make_shared<int>();
  std::weak_ptr<int> watch = held;
  {
    auto loop = *EventLoop::Start();
    loop->RunAndWait(
        [&] { loop->RunAt(loop->Now() + absl::Hours(1), [held] { FAIL(); }); });
    held.reset();
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace xapi_gateway::http
