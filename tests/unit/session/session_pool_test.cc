#include "backend/session/session_pool.h"

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace xapi_gateway::session {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const wire::ApiError kWrongPassword{"SESSION_AUTHENTICATION_FAILED", {"bob"}};

// A pool whose logins end when the test says so.
class SessionPoolTest : public ::testing::Test {
 protected:
  SessionPoolTest() : pool_(MakePool(2)) {}

  std::unique_ptr<SessionPool> MakePool(int max_sessions) {
    SessionPoolOptions options;
    options.max_sessions = max_sessions;
    options.min_rejected_delay = absl::Seconds(1);
    options.max_rejected_delay = absl::Seconds(4);
    return std::make_unique<SessionPool>(
        options, [this] { return now_; }, [] { return 0.0; },
        [this](absl::AnyInvocable<void(LoginResult)> done) {
          logins_.push_back(std::move(done));
        },
        [this](std::string reference) { logouts_.push_back(reference); });
  }

  // Waits, and notes what it got under `name`.
  SessionPool::WaiterId Wait(const std::string& name) {
    return pool_->Wait([this, name](SessionPool::Acquired acquired) {
      if (auto* lease = std::get_if<Lease>(&acquired)) {
        events_.push_back(name + " got " + lease->reference());
        leases_.push_back(std::move(*lease));
      } else if (auto* error = std::get_if<wire::ApiError>(&acquired)) {
        events_.push_back(name + " got " + error->code);
      } else {
        events_.push_back(
            name + " got " +
            std::string(std::get<absl::Status>(acquired).message()));
      }
    });
  }

  void FinishLogin(LoginResult result) {
    auto done = std::move(logins_.front());
    logins_.pop_front();
    done(std::move(result));
  }

  absl::Time now_ = absl::FromUnixSeconds(1000);
  std::deque<absl::AnyInvocable<void(LoginResult)>> logins_;
  std::vector<std::string> logouts_;
  std::vector<std::string> events_;
  std::vector<Lease> leases_;
  std::unique_ptr<SessionPool> pool_;
};

TEST_F(SessionPoolTest, ManyWaitersShareOneLogin) {
  EXPECT_FALSE(pool_->TryAcquire());
  for (const char* name : {"a", "b", "c"}) Wait(name);
  ASSERT_EQ(logins_.size(), 1);
  FinishLogin("s1");
  EXPECT_THAT(events_, ElementsAre("a got s1", "b got s1", "c got s1"));
  EXPECT_TRUE(pool_->TryAcquire());
  EXPECT_THAT(logins_, IsEmpty());
}

TEST_F(SessionPoolTest, AnotherSessionOnlyWhenTheFirstIsBusy) {
  pool_->Adopt("s1");
  std::vector<Lease> leases;
  for (int i = 0; i < kMaxCallsPerSession; ++i) {
    leases.push_back(*pool_->TryAcquire());
  }
  EXPECT_THAT(logins_, IsEmpty());
  leases.push_back(*pool_->TryAcquire());
  leases.push_back(*pool_->TryAcquire());
  ASSERT_EQ(logins_.size(), 1);
  FinishLogin("s2");
  EXPECT_EQ(pool_->TryAcquire()->reference(), "s2");
  // Never more than configured, however busy.
  for (int i = 0; i < 3 * kMaxCallsPerSession; ++i) {
    leases.push_back(*pool_->TryAcquire());
  }
  EXPECT_THAT(logins_, IsEmpty());
  EXPECT_EQ(pool_->sessions(), 2);
}

TEST_F(SessionPoolTest, InvalidSessionIsReplacedOncePerSession) {
  pool_->Adopt("s1");
  Lease a = *pool_->TryAcquire();
  Lease b = *pool_->TryAcquire();
  pool_->Invalidate("s1");
  Wait("a");
  FinishLogin("s2");
  pool_->Invalidate("s1");  // b finds out later
  EXPECT_EQ(pool_->TryAcquire()->reference(), "s2");
  EXPECT_THAT(logins_, IsEmpty());
  EXPECT_THAT(logouts_, IsEmpty());
}

TEST_F(SessionPoolTest, RejectedCredentialsAreNotTriedAgainAtOnce) {
  Wait("a");
  FinishLogin(kWrongPassword);
  Wait("b");
  EXPECT_THAT(logins_, IsEmpty());
  EXPECT_THAT(events_, ElementsAre("a got SESSION_AUTHENTICATION_FAILED",
                                   "b got SESSION_AUTHENTICATION_FAILED"));
}

TEST_F(SessionPoolTest, RejectedCredentialsWaitLongerEachTime) {
  std::vector<int> waits;
  for (int i = 0; i < 4; ++i) {
    Wait("a");
    ASSERT_EQ(logins_.size(), 1);
    FinishLogin(kWrongPassword);
    absl::Time rejected_at = now_;
    while (pool_->Rejection() != nullptr) now_ += absl::Milliseconds(100);
    waits.push_back(absl::ToInt64Seconds(now_ - rejected_at));
  }
  EXPECT_THAT(waits, ElementsAre(1, 2, 4, 4));
  Wait("a");
  FinishLogin("s1");
  pool_->Invalidate("s1");
  Wait("a");
  FinishLogin(kWrongPassword);
  now_ += absl::Seconds(1);
  EXPECT_EQ(pool_->Rejection(), nullptr) << "a success starts over";
}

TEST_F(SessionPoolTest, OtherErrorsAndLostLoginsAreTriedAgain) {
  Wait("a");
  FinishLogin(wire::ApiError{"INTERNAL_ERROR", {}});
  Wait("b");
  FinishLogin(absl::UnavailableError("refused"));
  Wait("c");
  FinishLogin("s1");
  EXPECT_THAT(events_,
              ElementsAre("a got INTERNAL_ERROR", "b got refused", "c got s1"));
}

TEST_F(SessionPoolTest, StoppedWaiterHearsNothing) {
  auto a = Wait("a");
  Wait("b");
  pool_->StopWaiting(a);
  FinishLogin("s1");
  EXPECT_THAT(events_, ElementsAre("b got s1"));
}

TEST_F(SessionPoolTest, RestartedLoginLogsOutTheLateSession) {
  Wait("a");
  pool_->RestartLogin();
  ASSERT_EQ(logins_.size(), 2);
  FinishLogin("late");
  EXPECT_THAT(logouts_, ElementsAre("late"));
  EXPECT_THAT(events_, IsEmpty());
  FinishLogin("s2");
  EXPECT_THAT(events_, ElementsAre("a got s2"));
}

TEST_F(SessionPoolTest, IdleSessionsAreLoggedOutUnusedOnesFirst) {
  pool_->Adopt("s1");
  pool_->Adopt("s2");
  std::optional<Lease> used = *pool_->TryAcquire();
  now_ += absl::Seconds(60);
  pool_->LogoutIdle(now_, 0);
  EXPECT_THAT(logouts_, ElementsAre("s2"));
  used.reset();
  pool_->LogoutIdle(now_, 1);
  EXPECT_THAT(logouts_, ElementsAre("s2")) << "one is kept";
  pool_->LogoutIdle(now_, 0);
  EXPECT_THAT(logouts_, ElementsAre("s2", "s1"));
  EXPECT_TRUE(pool_->Idle());
}

TEST_F(SessionPoolTest, ShutdownLogsOutEvenWhatComesLate) {
  pool_->Adopt("s1");
  Lease lease = *pool_->TryAcquire();
  pool_->Invalidate("s1");
  Wait("a");
  pool_->Adopt("s2");
  Wait("b");
  pool_->Shutdown(absl::UnavailableError("bye"));
  EXPECT_THAT(logouts_, ElementsAre("s2"));
  FinishLogin("s3");
  EXPECT_THAT(logouts_, ElementsAre("s2", "s3"));
  EXPECT_THAT(events_, ElementsAre("a got s2", "b got bye"));
}

TEST(BackoffTest, DoublesUpToItsBoundAndNeverFallsBelowHalf) {
  double random = 0;
  Backoff backoff(absl::Milliseconds(50), absl::Milliseconds(300),
                  [&] { return random; });
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(50));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(100));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(200));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(300));
  random = 1;
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(150));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(25));
}

}  // namespace
}  // namespace xapi_gateway::session
