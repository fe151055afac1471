#include "tests/simulator/history.h"

namespace xapi_gateway::simulator {

int64_t History::Add(RecordedCall call) {
  call.id = ++last_id_;
  calls_.push_back(std::move(call));
  if (calls_.size() > kMaxHistory) calls_.pop_front();
  return last_id_;
}

RecordedCall* History::Find(int64_t id) {
  if (calls_.empty() || id < calls_.front().id || id > calls_.back().id) {
    return nullptr;
  }
  return &calls_[id - calls_.front().id];
}

std::vector<RecordedCall> History::After(int64_t id) const {
  std::vector<RecordedCall> calls;
  for (const RecordedCall& call : calls_) {
    if (call.id > id) calls.push_back(call);
  }
  return calls;
}

void Scripts::Set(const std::string& method, Outcome outcome, int times) {
  scripts_.insert_or_assign(method, Script{std::move(outcome), times});
}

std::optional<Outcome> Scripts::Take(const std::string& method) {
  auto found = scripts_.find(method);
  if (found == scripts_.end()) return std::nullopt;
  Outcome outcome = found->second.outcome;
  if (found->second.times > 0 && --found->second.times == 0) {
    scripts_.erase(found);
  }
  return outcome;
}

}  // namespace xapi_gateway::simulator
