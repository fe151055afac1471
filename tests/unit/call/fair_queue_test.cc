#include "backend/call/fair_queue.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace xapi_gateway::call {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<FairQueue::Id> Drain(FairQueue& queue) {
  std::vector<FairQueue::Id> ids;
  while (auto id = queue.Pop()) ids.push_back(*id);
  return ids;
}

TEST(FairQueueTest, TakesTurnsBetweenKeys) {
  FairQueue queue(10, 1000);
  for (int id : {1, 2, 3}) queue.Push("greedy", id, 1);
  queue.Push("modest", 10, 1);
  queue.Push("other", 20, 1);
  EXPECT_THAT(Drain(queue), ElementsAre(1, 10, 20, 2, 3));
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueueTest, FullQueueCostsTheGreedyKey) {
  FairQueue queue(3, 1000);
  for (int id : {1, 2, 3}) EXPECT_EQ(queue.Push("greedy", id, 1), std::nullopt);
  EXPECT_EQ(queue.Push("modest", 10, 1), 3);
  EXPECT_EQ(queue.Push("greedy", 4, 1), 4);
  EXPECT_THAT(Drain(queue), ElementsAre(1, 10, 2));
}

TEST(FairQueueTest, BytesAreBoundedToo) {
  FairQueue queue(10, 100);
  EXPECT_EQ(queue.Push("a", 1, 60), std::nullopt);
  EXPECT_EQ(queue.Push("a", 2, 60), 2);
  EXPECT_EQ(queue.Push("a", 3, 40), std::nullopt);
  queue.Pop();
  EXPECT_EQ(queue.Push("a", 4, 60), std::nullopt) << "room was given back";
}

TEST(FairQueueTest, PutBackGoesFirst) {
  FairQueue queue(2, 1000);
  queue.Push("a", 1, 1);
  queue.Push("a", 2, 1);
  EXPECT_EQ(queue.Pop(), 1);
  queue.Push("a", 3, 1);
  queue.PushFront("a", 1, 1);
  EXPECT_EQ(queue.size(), 3) << "let in although the queue is full";
  EXPECT_THAT(Drain(queue), ElementsAre(1, 2, 3));
}

TEST(FairQueueTest, HeldKeysWait) {
  FairQueue queue(10, 1000);
  queue.Push("a", 1, 1);
  queue.Hold("a");
  queue.Hold("b");
  queue.Push("b", 2, 1);
  queue.Push("c", 3, 1);
  EXPECT_THAT(Drain(queue), ElementsAre(3));
  queue.Release("b");
  queue.Release("nobody");
  EXPECT_THAT(Drain(queue), ElementsAre(2));
  queue.Release("a");
  EXPECT_THAT(Drain(queue), ElementsAre(1));
}

TEST(FairQueueTest, RemovesAndLists) {
  FairQueue queue(10, 1000);
  for (int id : {1, 2}) queue.Push("a", id, 1);
  queue.Push("b", 3, 1);
  EXPECT_THAT(queue.Of("a"), ElementsAre(1, 2));
  EXPECT_THAT(queue.Of("nobody"), IsEmpty());
  EXPECT_THAT(queue.All(), UnorderedElementsAre(1, 2, 3));
  EXPECT_TRUE(queue.Remove(1));
  EXPECT_FALSE(queue.Remove(1));
  EXPECT_TRUE(queue.Remove(3));
  EXPECT_THAT(Drain(queue), ElementsAre(2));
}

}  // namespace
}  // namespace xapi_gateway::call
