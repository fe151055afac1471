// Reading and printing of lock files.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "proto/generator/numbers.h"

namespace xapi_gateway::protogen {
namespace {

using Json = nlohmann::json;

// Stands at the end of what is not live.
constexpr char kRemoved[] = "removed";

std::map<std::string, LockedNumbers> ReadNumbers(const Json& json) {
  std::map<std::string, LockedNumbers> all;
  for (const auto& [owner, list] : json.items()) {
    LockedNumbers& numbers = all[owner];
    for (const Json& item : list) {
      numbers.push_back({item.at(0), item.at(1), item.at(2), item.size() < 4});
    }
  }
  return all;
}

std::map<std::string, LockedRpc> ReadRpcs(const Json& json) {
  std::map<std::string, LockedRpc> rpcs;
  for (const auto& [method, item] : json.items()) {
    rpcs[method] = {item.at(0), item.at(1), item.at(2), item.size() < 4};
  }
  return rpcs;
}

Lock ReadLock(const Json& json) {
  Lock lock;
  lock.messages = ReadNumbers(json.at("messages"));
  lock.enums = ReadNumbers(json.at("enums"));
  lock.enum_homes = json.at("enum_homes");
  lock.rpcs = ReadRpcs(json.at("rpcs"));
  return lock;
}

// `"key": value` members, a line each, between braces.
class Section {
 public:
  Section(absl::string_view name, std::string* out) : out_(*out) {
    absl::StrAppend(&out_, Json(std::string(name)).dump(), ": {");
  }
  void Add(const std::string& key, absl::string_view value) {
    absl::StrAppend(&out_, comma_, "\n", Json(key).dump(), ": ", value);
    comma_ = ",";
  }
  void End(absl::string_view after) { absl::StrAppend(&out_, "}", after); }

 private:
  std::string& out_;
  absl::string_view comma_ = "";
};

std::string PrintNumber(const LockedNumber& number) {
  Json item = {number.name, number.number, number.what};
  if (!number.live) item.push_back(kRemoved);
  return item.dump();
}

void PrintNumbers(absl::string_view name,
                  const std::map<std::string, LockedNumbers>& all,
                  std::string* out) {
  Section section(name, out);
  for (const auto& [owner, numbers] : all) {
    std::string list = "[";
    for (const LockedNumber& number : numbers) {
      absl::StrAppend(&list, list.size() > 1 ? ",\n " : "\n ",
                      PrintNumber(number));
    }
    section.Add(owner, list + "]");
  }
  section.End(",\n");
}

}  // namespace

absl::StatusOr<Lock> ParseLock(absl::string_view json) {
  if (json.empty()) return Lock();
  try {
    return ReadLock(Json::parse(json.begin(), json.end()));
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the lock file cannot be read: ", error.what()));
  }
}

std::string PrintLock(const Lock& lock) {
  std::string out = "{";
  PrintNumbers("messages", lock.messages, &out);
  PrintNumbers("enums", lock.enums, &out);
  Section homes("enum_homes", &out);
  for (const auto& [name, home] : lock.enum_homes) {
    homes.Add(name, Json(home).dump());
  }
  homes.End(",\n");
  Section rpcs("rpcs", &out);
  for (const auto& [method, rpc] : lock.rpcs) {
    Json item = {rpc.name, rpc.request, rpc.response};
    if (!rpc.live) item.push_back(kRemoved);
    rpcs.Add(method, item.dump());
  }
  rpcs.End("}\n");
  return out;
}

}  // namespace xapi_gateway::protogen
