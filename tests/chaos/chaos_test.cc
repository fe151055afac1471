// The short run: every kind of trouble once, over TLS and over plain HTTP.
#include <iostream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/chaos/run.h"

namespace xapi_gateway::chaos {
namespace {

using ::testing::IsEmpty;

call::CallFailure Failed(call::Execution execution) {
  call::CallFailure failure;
  failure.execution = execution;
  return failure;
}

TEST(ChaosTest, EveryTroubleOnceOverTls) {
  RunOptions options;
  Report report = chaos::Run(options);
  std::cout << ToString(report);
  EXPECT_THAT(Faults(report), IsEmpty());
  EXPECT_GT(report.tally.answered, 1000);
}

TEST(ChaosTest, EveryTroubleOnceOverPlainHttp) {
  RunOptions options;
  options.tls = false;
  options.seed = 2;
  Report report = chaos::Run(options);
  std::cout << ToString(report);
  EXPECT_THAT(Faults(report), IsEmpty());
}

// The checker must see what it is there to see.
TEST(CheckerTest, FindsEachKindOfLie) {
  Checker checker;
  for (const char* mark : {"lost", "twice", "double", "phantom", "denied"}) {
    checker.Started(mark, false);
  }
  checker.Started("again", true);
  auto run = [&](const char* mark, int times) {
    for (int i = 0; i < times; ++i) checker.Executed(mark);
  };
  run("twice", 2);
  checker.Ended("twice", wire::Reply{});
  run("double", 1);
  checker.Ended("double", wire::Reply{});
  checker.Ended("double", wire::Reply{});
  checker.Ended("phantom", wire::Reply{});
  run("denied", 1);
  checker.Ended("denied", Failed(call::Execution::kNotExecuted));
  run("again", 2);
  checker.Ended("again", Failed(call::Execution::kUnknown));
  run("stray", 1);
  EXPECT_EQ(checker.open(), 1);
  EXPECT_THAT(checker.Violations(),
              ::testing::UnorderedElementsAre(
                  "stray ran, but nobody asked for it",
                  "denied ran, but was reported as not executed",
                  "double ended more than once", "lost never ended",
                  "phantom was answered with success, but never ran",
                  "twice ran more than once"));
}

}  // namespace
}  // namespace xapi_gateway::chaos
