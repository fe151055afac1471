#include "tests/simulator/faults.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {
namespace {

// In the order of FaultKind.
constexpr absl::string_view kNames[] = {
    "none",         "refuse",      "tls_then_eof", "hang",
    "reset_before", "reset_after", "half_reply",   "slow_drip",
    "http_status",  "malformed",   "error",        "delay"};

bool IsConnectionFault(FaultKind kind) {
  return kind == FaultKind::kRefuse || kind == FaultKind::kTlsThenEof;
}

bool MatchesName(const std::string& pattern, const std::string& method) {
  if (!absl::EndsWith(pattern, "*")) return pattern == method;
  return absl::StartsWith(method, pattern.substr(0, pattern.size() - 1));
}

bool Live(const FaultRule& rule, int host, double chance) {
  return rule.count != 0 && (rule.host < 0 || rule.host == host) &&
         chance < rule.probability;
}

FaultRule Use(FaultRule& rule) {
  if (rule.count > 0) --rule.count;
  ++rule.struck;
  return rule;
}

}  // namespace

absl::StatusOr<FaultKind> ParseFaultKind(absl::string_view name) {
  for (size_t i = 1; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<FaultKind>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no fault kind ", name));
}

absl::string_view FaultKindName(FaultKind kind) {
  return kNames[static_cast<size_t>(kind)];
}

int64_t FaultBook::Add(FaultRule rule) {
  rule.id = ++last_id_;
  rules_.push_back(std::move(rule));
  return last_id_;
}

void FaultBook::Remove(int64_t id) {
  std::erase_if(rules_, [id](const FaultRule& rule) { return rule.id == id; });
}

std::optional<FaultRule> FaultBook::Strike(int host, const std::string& method,
                                           const std::vector<Value>& args,
                                           double chance) {
  for (FaultRule& rule : rules_) {
    if (IsConnectionFault(rule.kind) || !Live(rule, host, chance)) continue;
    bool object = rule.object.empty() ||
                  (args.size() > 1 && args[1].text() == rule.object);
    if (object && MatchesName(rule.method, method)) return Use(rule);
  }
  return std::nullopt;
}

std::optional<FaultRule> FaultBook::StrikeConnection(int host, double chance) {
  for (FaultRule& rule : rules_) {
    if (IsConnectionFault(rule.kind) && Live(rule, host, chance)) {
      return Use(rule);
    }
  }
  return std::nullopt;
}

}  // namespace xapi_gateway::simulator
