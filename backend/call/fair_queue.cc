#include "backend/call/fair_queue.h"

#include <algorithm>
#include <utility>

namespace xapi_gateway::call {

FairQueue::Lanes::iterator FairQueue::LaneOf(absl::string_view key) {
  auto lane = lanes_.find(key);
  if (lane != lanes_.end()) return lane;
  lane = lanes_.emplace(std::string(key), Lane()).first;
  if (held_.find(key) == held_.end()) turns_.push_back(lane);
  return lane;
}

FairQueue::Lanes::iterator FairQueue::LongestLane() {
  return std::max_element(lanes_.begin(), lanes_.end(),
                          [](const auto& a, const auto& b) {
                            return a.second.size() < b.second.size();
                          });
}

void FairQueue::Add(Lanes::iterator lane, Lane::iterator entry) {
  bytes_ += entry->bytes;
  places_[entry->id] = {lane, entry};
}

std::optional<FairQueue::Id> FairQueue::Push(absl::string_view key, Id id,
                                             size_t bytes) {
  Lanes::iterator lane = LaneOf(key);
  Add(lane, lane->second.insert(lane->second.end(), {id, bytes}));
  if (size() <= max_entries_ && bytes_ <= max_bytes_) return std::nullopt;
  Id leaving = LongestLane()->second.back().id;
  Remove(leaving);
  return leaving;
}

void FairQueue::PushFront(absl::string_view key, Id id, size_t bytes) {
  Lanes::iterator lane = LaneOf(key);
  Add(lane, lane->second.insert(lane->second.begin(), {id, bytes}));
}

std::optional<FairQueue::Id> FairQueue::Pop() {
  if (turns_.empty()) return std::nullopt;
  Id id = turns_.front()->second.front().id;
  // To the back of the line before the entry goes, which may end the lane.
  turns_.splice(turns_.end(), turns_, turns_.begin());
  Remove(id);
  return id;
}

void FairQueue::Hold(absl::string_view key) {
  held_.emplace(key);
  auto lane = lanes_.find(key);
  if (lane != lanes_.end()) turns_.remove(lane);
}

void FairQueue::Release(absl::string_view key) {
  auto held = held_.find(key);
  if (held == held_.end()) return;
  held_.erase(held);
  auto lane = lanes_.find(key);
  if (lane != lanes_.end()) turns_.push_back(lane);
}

std::vector<FairQueue::Id> FairQueue::Of(absl::string_view key) const {
  std::vector<Id> ids;
  auto lane = lanes_.find(key);
  if (lane == lanes_.end()) return ids;
  for (const Entry& entry : lane->second) ids.push_back(entry.id);
  return ids;
}

std::vector<FairQueue::Id> FairQueue::All() const {
  std::vector<Id> ids;
  for (const auto& [key, lane] : lanes_) {
    for (const Entry& entry : lane) ids.push_back(entry.id);
  }
  return ids;
}

bool FairQueue::Remove(Id id) {
  auto found = places_.find(id);
  if (found == places_.end()) return false;
  auto [lane, entry] = found->second;
  places_.erase(found);
  bytes_ -= entry->bytes;
  lane->second.erase(entry);
  if (lane->second.empty()) {
    turns_.remove(lane);
    lanes_.erase(lane);
  }
  return true;
}

}  // namespace xapi_gateway::call
