#include "proto/generator/notes.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace xapi_gateway::protogen {
namespace {

using Json = nlohmann::json;

constexpr char kNoSideEffects[] = "NO_SIDE_EFFECTS";
constexpr char kIdempotent[] = "IDEMPOTENT";

// Implicit messages do the same in every class.
constexpr std::pair<absl::string_view, absl::string_view> kImplicit[] = {
    {"field_get", kNoSideEffects},
    {"field_set", kIdempotent},
    {"field_remove", kIdempotent},
    {"get_all", kNoSideEffects},
    {"get_all_records", kNoSideEffects},
    {"get_by_name_label", kNoSideEffects},
    {"get_by_uuid", kNoSideEffects},
    {"get_record", kNoSideEffects},
    // A repeated key, a second object, and a reference that is no longer valid.
    {"field_add", ""},
    {"create", ""},
    {"destroy", ""}};

// The lists say "NONE" where Protobuf's options say nothing.
std::string LevelText(const std::string& level) {
  return level == "NONE" ? "" : level;
}

absl::Status Unreadable(absl::string_view what, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the ", what, " cannot be read: ", why));
}

}  // namespace

absl::StatusOr<Idempotency> Idempotency::Parse(absl::string_view text) {
  Idempotency idempotency;
  if (text.empty()) return idempotency;
  try {
    const Json json = Json::parse(text.begin(), text.end());
    for (const auto& [prefix, level] : json.at("prefixes").items()) {
      idempotency.by_prefix_[prefix] = LevelText(level);
    }
    for (const auto& [level, messages] : json.at("messages").items()) {
      for (const std::string message : messages) {
        idempotency.by_message_[message] = LevelText(level);
      }
    }
  } catch (const Json::exception& error) {
    return Unreadable("idempotency list", error.what());
  }
  return idempotency;
}

std::string Idempotency::Level(const std::string& klass,
                               const ModelMessage& message, bool* known) const {
  bool ignored;
  bool& is_known = known == nullptr ? ignored : *known;
  is_known = true;
  for (const auto& [kind, level] : kImplicit) {
    if (kind == message.kind) return std::string(level);
  }
  const auto listed = by_message_.find(absl::StrCat(klass, ".", message.name));
  if (listed != by_message_.end()) return listed->second;
  for (const auto& [prefix, level] : by_prefix_) {
    if (absl::StartsWith(message.name, prefix)) return level;
  }
  is_known = false;
  return "";
}

absl::StatusOr<Secrets> ParseSecrets(absl::string_view json) {
  if (json.empty()) return Secrets();
  try {
    return Json::parse(json.begin(), json.end()).get<Secrets>();
  } catch (const Json::exception& error) {
    return Unreadable("list of secrets", error.what());
  }
}

}  // namespace xapi_gateway::protogen
