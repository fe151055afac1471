#include "proto/generator/naming.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace xapi_gateway::protogen {
namespace {

using NamePair = std::pair<absl::string_view, absl::string_view>;

// Names whose words the rule would cut in the wrong place.
constexpr NamePair kIrregularWords[] = {
    {"IPv4", "ipv4"}, {"IPv6", "ipv6"}, {"vM", "vm"}, {"vGPU", "vgpu"}};

constexpr NamePair kIrregularEnums[] = {{"cls", "message_class"},
                                        {"origin", "repository_origin"}};

absl::string_view Find(const NamePair* begin, const NamePair* end,
                       absl::string_view name) {
  const NamePair* found = std::find_if(
      begin, end, [name](const NamePair& pair) { return pair.first == name; });
  return found == end ? absl::string_view() : found->second;
}

// A word starts at a capital that follows a small letter: "restartHVM".
bool StartsWord(absl::string_view part, size_t i) {
  return i > 0 && absl::ascii_isupper(part[i]) &&
         absl::ascii_islower(part[i - 1]);
}

std::string SnakePart(absl::string_view part) {
  const absl::string_view irregular =
      Find(std::begin(kIrregularWords), std::end(kIrregularWords), part);
  if (!irregular.empty()) return std::string(irregular);
  std::string snake;
  for (size_t i = 0; i < part.size(); ++i) {
    if (StartsWord(part, i)) snake += '_';
    snake += absl::ascii_tolower(part[i]);
  }
  return snake;
}

std::string EnumSnake(absl::string_view name) {
  const absl::string_view irregular =
      Find(std::begin(kIrregularEnums), std::end(kIrregularEnums), name);
  return std::string(irregular.empty() ? name : irregular);
}

}  // namespace

std::string SnakeName(absl::string_view name) {
  std::string snake;
  for (absl::string_view part : absl::StrSplit(name, absl::ByAnyChar("_- "))) {
    absl::StrAppend(&snake, snake.empty() ? "" : "_", SnakePart(part));
  }
  return snake;
}

std::string CamelName(absl::string_view name) {
  std::string camel;
  for (absl::string_view word : absl::StrSplit(SnakeName(name), '_')) {
    if (word.empty()) continue;
    camel += absl::ascii_toupper(word[0]);
    absl::StrAppend(&camel, word.substr(1));
  }
  return camel;
}

std::string EnumName(absl::string_view name) {
  return CamelName(EnumSnake(name));
}

std::string EnumZeroName(absl::string_view enum_name) {
  return absl::StrCat(absl::AsciiStrToUpper(SnakeName(EnumSnake(enum_name))),
                      "_UNSPECIFIED");
}

std::string EnumValueName(absl::string_view enum_name,
                          absl::string_view value) {
  const std::string name = absl::AsciiStrToUpper(
      absl::StrCat(SnakeName(EnumSnake(enum_name)), "_", SnakeName(value)));
  return name == EnumZeroName(enum_name) ? name + "_VALUE" : name;
}

}  // namespace xapi_gateway::protogen
