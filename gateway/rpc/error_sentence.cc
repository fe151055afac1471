#include "gateway/rpc/error_sentence.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/rpc/text_limits.h"

namespace xapi_gateway::rpc {
namespace {

// So that one long parameter leaves room for the others.
constexpr size_t kMaxQuotedBytes = 256;

// The value of the parameter of that name, or null if xapi did not send it.
const std::string* FindParam(const ErrorEntry& entry, absl::string_view name,
                             const wire::ApiError& error) {
  const auto at = std::find(entry.params.begin(), entry.params.end(), name);
  const size_t index = at - entry.params.begin();
  return index < error.params.size() ? &error.params[index] : nullptr;
}

// The sentence with its parameters put in, or nullopt if one is missing.
std::optional<std::string> Fill(const ErrorEntry& entry,
                                const wire::ApiError& error) {
  std::string text;
  absl::string_view rest = entry.sentence;
  if (rest.empty()) return std::nullopt;
  for (size_t open; (open = rest.find('{')) != rest.npos;) {
    const size_t close = rest.find('}', open);
    if (close == rest.npos) return std::nullopt;
    const std::string* value =
        FindParam(entry, rest.substr(open + 1, close - open - 1), error);
    if (value == nullptr) return std::nullopt;
    absl::StrAppend(&text, rest.substr(0, open), Clip(*value, kMaxQuotedBytes));
    rest.remove_prefix(close + 1);
  }
  absl::StrAppend(&text, rest);
  return text;
}

std::string ListParams(const ErrorEntry& entry, const wire::ApiError& error) {
  std::vector<std::string> listed;
  for (size_t i = 0; i < error.params.size(); ++i) {
    listed.push_back(absl::StrCat(ParamName(entry, i), " \"",
                                  Clip(error.params[i], kMaxQuotedBytes),
                                  "\""));
  }
  return absl::StrJoin(listed, ", ");
}

}  // namespace

std::string ParamName(const ErrorEntry& entry, size_t index) {
  return index < entry.params.size() ? std::string(entry.params[index])
                                     : absl::StrCat("param", index);
}

std::string ErrorSentence(const ErrorEntry& entry, absl::string_view method,
                          const wire::ApiError& error) {
  std::string text = absl::StrCat(method, ": ", error.code);
  if (std::optional<std::string> sentence = Fill(entry, error)) {
    absl::StrAppend(&text, ": ", *sentence);
  } else if (!error.params.empty()) {
    absl::StrAppend(&text, ": ", ListParams(entry, error));
  }
  return Clip(text, kMaxMessageBytes);
}

}  // namespace xapi_gateway::rpc
