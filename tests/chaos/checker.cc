#include "tests/chaos/checker.h"

#include <variant>

#include "absl/strings/str_cat.h"

namespace xapi_gateway::chaos {

void Checker::Started(const std::string& mark, bool idempotent) {
  absl::MutexLock lock(&mu_);
  calls_[mark].idempotent = idempotent;
  ++open_;
}

Checker::Said Checker::WhatWasSaid(const call::CallOutcome& outcome) {
  if (std::holds_alternative<wire::Reply>(outcome)) return Said::kSuccess;
  auto* failure = std::get_if<call::CallFailure>(&outcome);
  if (failure == nullptr) return Said::kError;
  return failure->execution == call::Execution::kNotExecuted
             ? Said::kNotExecuted
             : Said::kUnknown;
}

void Checker::Ended(const std::string& mark, const call::CallOutcome& outcome) {
  absl::MutexLock lock(&mu_);
  Call& call = calls_[mark];
  if (call.ended++ == 0) --open_;
  call.said = WhatWasSaid(outcome);
}

void Checker::Executed(const std::string& mark) {
  absl::MutexLock lock(&mu_);
  auto found = calls_.find(mark);
  if (found == calls_.end()) {
    strays_.push_back(absl::StrCat(mark, " ran, but nobody asked for it"));
  } else {
    ++found->second.executed;
  }
}

std::string Checker::Fault(const Call& call) {
  if (call.ended == 0) return "never ended";
  if (call.ended > 1) return "ended more than once";
  if (!call.idempotent && call.executed > 1) return "ran more than once";
  if (call.said == Said::kSuccess && call.executed == 0) {
    return "was answered with success, but never ran";
  }
  if (call.said == Said::kNotExecuted && call.executed > 0) {
    return "ran, but was reported as not executed";
  }
  return "";
}

std::vector<std::string> Checker::Violations() const {
  absl::MutexLock lock(&mu_);
  std::vector<std::string> violations = strays_;
  for (const auto& [mark, call] : calls_) {
    std::string fault = Fault(call);
    if (!fault.empty()) violations.push_back(absl::StrCat(mark, " ", fault));
  }
  return violations;
}

Tally Checker::tally() const {
  absl::MutexLock lock(&mu_);
  Tally tally;
  tally.started = static_cast<int>(calls_.size());
  for (const auto& [mark, call] : calls_) {
    if (call.said == Said::kNotExecuted) {
      ++tally.not_executed;
    } else if (call.said == Said::kUnknown) {
      ++tally.unknown;
    } else {
      ++tally.answered;
    }
  }
  return tally;
}

int Checker::open() const {
  absl::MutexLock lock(&mu_);
  return open_;
}

bool Checker::WaitUntilAllEnded(absl::Duration most) const {
  absl::MutexLock lock(&mu_);
  auto none_open = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return open_ == 0;
  };
  return mu_.AwaitWithTimeout(absl::Condition(&none_open), most);
}

}  // namespace xapi_gateway::chaos
