#include "proto/generator/facts.h"

#include <nlohmann/json.hpp>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/generator/types.h"

namespace xapi_gateway::protogen {
namespace {

std::string Sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = absl::ascii_toupper(text[0]);
  return text + ".";
}

// Joins what is there of the sentences.
std::string Sentences(std::vector<std::string> sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    if (sentence.empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", sentence);
  }
  return text;
}

std::string TypeFacts(absl::string_view type) {
  const absl::StatusOr<Type> parsed = ParseType(type);
  return parsed.ok() ? DescribeType(*parsed) : std::string(type);
}

absl::string_view QualifierFacts(absl::string_view qualifier) {
  if (qualifier == "RW") return ", read-write";
  if (qualifier == "RO/constructor") return ", set at creation";
  if (qualifier == "RO/runtime") return ", read-only";
  return "";
}

std::string ErrorFacts(const std::vector<std::string>& errors) {
  if (errors.empty()) return "";
  std::vector<std::string> unique;
  std::set<std::string> seen;
  for (const std::string& error : errors) {
    if (seen.insert(error).second) unique.push_back(error);
  }
  return absl::StrCat("Errors: ", absl::StrJoin(unique, ", "), ".");
}

std::string CallFacts(absl::string_view role, const ModelMessage& message) {
  const std::string session =
      message.needs_session ? "" : "Made without a session.";
  return Sentences({absl::StrCat("Role: ", role, "."), session,
                    ErrorFacts(message.errors),
                    LifecycleFacts(message.lifecycle)});
}

}  // namespace

absl::StatusOr<Prose> Prose::Parse(absl::string_view json) {
  Prose prose;
  if (json.empty()) return prose;
  try {
    prose.texts_ = nlohmann::json::parse(json.begin(), json.end());
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the prose cannot be read: ", error.what()));
  }
  return prose;
}

std::string Prose::Before(const std::string& key,
                          absl::string_view facts) const {
  const auto found = texts_.find(key);
  if (found == texts_.end()) return std::string(facts);
  return absl::StrCat(found->second, "\n\n", facts);
}

std::string LifecycleFacts(const Lifecycle& lifecycle) {
  std::vector<std::string> steps;
  for (const auto& [what, release] : lifecycle.transitions) {
    steps.push_back(absl::StrCat(what, " in ", release));
  }
  return Sentence(absl::StrJoin(steps, "; "));
}

std::string ServiceFacts(const ModelClass& klass) {
  return Sentences({absl::StrCat("The messages of class `", klass.name, "`."),
                    LifecycleFacts(klass.lifecycle)});
}

std::string RecordFacts(const ModelClass& klass) {
  return Sentences({absl::StrCat("The record of class `", klass.name, "`."),
                    LifecycleFacts(klass.lifecycle)});
}

std::string FieldFacts(const ModelField& field) {
  return Sentences({absl::StrCat("`", field.name, "`: ", TypeFacts(field.type),
                                 QualifierFacts(field.qualifier), "."),
                    LifecycleFacts(field.lifecycle)});
}

std::string ParamFacts(const ModelParam& param) {
  const std::string fallback =
      param.default_json.has_value()
          ? absl::StrCat("If unset, the server assumes ", *param.default_json,
                         ".")
          : "";
  const std::string since =
      param.since.empty() ? "" : absl::StrCat("Since ", param.since, ".");
  return Sentences(
      {absl::StrCat("`", param.name, "`: ", TypeFacts(param.type), "."),
       fallback, since});
}

std::string EnumFacts(const ModelEnum& enumeration) {
  return absl::StrCat("The values of `", enumeration.name, "`, used by ",
                      absl::StrJoin(enumeration.classes, ", "), ".");
}

std::string RpcFacts(absl::string_view method, absl::string_view role,
                     const ModelMessage& message) {
  return Sentences(
      {absl::StrCat("Calls `", method, "`."), CallFacts(role, message)});
}

std::string AsyncRpcFacts(absl::string_view method, absl::string_view role,
                          const ModelMessage& message) {
  return Sentences({absl::StrCat("Calls `", method,
                                 "`: streams the progress of its task, then "
                                 "its result."),
                    CallFacts(role, message)});
}

}  // namespace xapi_gateway::protogen
