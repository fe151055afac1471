#include "gateway/rpc/error_catalog.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace xapi_gateway::rpc {
namespace {

// Ends a code that stands for a family, such as SR_BACKEND_FAILURE_<n>.
constexpr absl::string_view kAnyNumber = "<n>";

const absl::StatusCode* FindStatus(absl::string_view name) {
  using Code = absl::StatusCode;
  struct Row {
    absl::string_view name;
    Code code;
  };
  static constexpr Row kRows[] = {
      {"ABORTED", Code::kAborted},
      {"ALREADY_EXISTS", Code::kAlreadyExists},
      {"CANCELLED", Code::kCancelled},
      {"DATA_LOSS", Code::kDataLoss},
      {"DEADLINE_EXCEEDED", Code::kDeadlineExceeded},
      {"FAILED_PRECONDITION", Code::kFailedPrecondition},
      {"INTERNAL", Code::kInternal},
      {"INVALID_ARGUMENT", Code::kInvalidArgument},
      {"NOT_FOUND", Code::kNotFound},
      {"OUT_OF_RANGE", Code::kOutOfRange},
      {"PERMISSION_DENIED", Code::kPermissionDenied},
      {"RESOURCE_EXHAUSTED", Code::kResourceExhausted},
      {"UNAUTHENTICATED", Code::kUnauthenticated},
      {"UNAVAILABLE", Code::kUnavailable},
      {"UNIMPLEMENTED", Code::kUnimplemented},
      {"UNKNOWN", Code::kUnknown},
  };
  for (const Row& row : kRows) {
    if (row.name == name) return &row.code;
  }
  return nullptr;
}

absl::Status LineFault(absl::string_view line, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("line \"", line, "\": ", what));
}

// Runs `add` on each line below the header and collects what is wrong.
template <typename Add>
void ForEachLine(absl::string_view csv, std::vector<std::string>& faults,
                 Add add) {
  bool header = true;
  for (absl::string_view line : absl::StrSplit(csv, '\n')) {
    line = absl::StripTrailingAsciiWhitespace(line);
    if (line.empty() || std::exchange(header, false)) continue;
    const absl::Status status = add(line);
    if (!status.ok()) faults.emplace_back(status.message());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<const ErrorCatalog>> ErrorCatalog::Parse(
    absl::string_view statuses, absl::string_view texts) {
  auto catalog = absl::WrapUnique(new ErrorCatalog());
  std::vector<std::string> faults;
  ForEachLine(statuses, faults,
              [&](absl::string_view line) { return catalog->AddStatus(line); });
  ForEachLine(texts, faults,
              [&](absl::string_view line) { return catalog->AddText(line); });
  if (!faults.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  }
  return std::unique_ptr<const ErrorCatalog>(std::move(catalog));
}

absl::Status ErrorCatalog::AddStatus(absl::string_view line) {
  const std::pair<absl::string_view, absl::string_view> columns =
      absl::StrSplit(line, absl::MaxSplits(',', 1));
  const absl::StatusCode* status = FindStatus(columns.second);
  if (status == nullptr) return LineFault(line, "no such gRPC status");
  const absl::string_view code = absl::StripSuffix(columns.first, kAnyNumber);
  if (!entries_.try_emplace(code, ErrorEntry{*status}).second) {
    return LineFault(line, "the code is there twice");
  }
  return absl::OkStatus();
}

absl::Status ErrorCatalog::AddText(absl::string_view line) {
  const std::vector<absl::string_view> columns =
      absl::StrSplit(line, absl::MaxSplits(',', 2));
  if (columns.size() != 3) return LineFault(line, "three columns expected");
  const auto entry = entries_.find(absl::StripSuffix(columns[0], kAnyNumber));
  if (entry == entries_.end()) {
    return LineFault(line, "the code has no status");
  }
  entry->second.params = absl::StrSplit(columns[1], ';', absl::SkipEmpty());
  entry->second.sentence = columns[2];
  return absl::OkStatus();
}

const ErrorEntry& ErrorCatalog::Find(absl::string_view code) const {
  auto entry = entries_.find(code);
  if (entry != entries_.end()) return entry->second;
  size_t digits = code.size();
  while (digits > 0 && absl::ascii_isdigit(code[digits - 1])) --digits;
  const absl::string_view family = code.substr(0, digits);
  if (digits == code.size() || !absl::EndsWith(family, "_")) return unknown_;
  entry = entries_.find(family);
  return entry == entries_.end() ? unknown_ : entry->second;
}

}  // namespace xapi_gateway::rpc
