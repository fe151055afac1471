// A small generic tree for replies that the gateway itself asks for.
#ifndef BACKEND_WIRE_TREE_H_
#define BACKEND_WIRE_TREE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "backend/wire/reply.h"

namespace xapi_gateway::wire {

// One value. Scalars are kept as the text of the wire: "true", "42", "host1".
// For control traffic only: what clients ask for never passes through a tree.
struct Tree {
  std::string text;
  std::vector<Tree> list;
  std::map<std::string, Tree, std::less<>> members;

  // The text of a member, or "" if there is none.
  absl::string_view Text(absl::string_view member) const {
    auto it = members.find(member);
    return it == members.end() ? absl::string_view() : it->second.text;
  }
};

// The result of a successful reply. INTERNAL if it is malformed or nested
// deeper than kMaxTreeDepth.
absl::StatusOr<Tree> ReadTree(Reply& reply);

// Deepest nesting that is read; xapi's own records need four levels.
inline constexpr int kMaxTreeDepth = 16;

}  // namespace xapi_gateway::wire

#endif  // BACKEND_WIRE_TREE_H_
