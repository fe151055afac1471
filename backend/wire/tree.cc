#include "backend/wire/tree.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "backend/wire/json_reader.h"
#include "backend/wire/xml_document.h"

namespace xapi_gateway::wire {
namespace {

template <typename Value>
bool Build(Value& value, int depth, Tree& tree) {
  if (depth > kMaxTreeDepth) return false;
  absl::string_view text;
  if (value.String(&text)) {
    tree.text = std::string(text);
    return true;
  }
  bool shallow = true;
  if (value.Elements([&](Value& element) {
        shallow = Build(element, depth + 1, tree.list.emplace_back());
        return shallow;
      })) {
    return true;
  }
  if (!shallow) return false;
  if (value.Members([&](absl::string_view key, Value& member) {
        shallow = Build(member, depth + 1, tree.members[std::string(key)]);
        return shallow;
      })) {
    return true;
  }
  if (!shallow) return false;
  value.AppendJson(tree.text);
  return true;
}

absl::StatusOr<Tree> JsonTree(Reply& reply) {
  JsonReader reader;
  Tree tree;
  bool found = false;
  if (!reader.Read(reply.body, [&](absl::string_view key, JsonValue& value) {
        if (key != "result") return true;
        found = true;
        return Build(value, 0, tree);
      }) ||
      !found) {
    return absl::InternalError(absl::StrCat(
        "the JSON-RPC reply of ", reply.body.size(), " bytes is malformed"));
  }
  return tree;
}

absl::StatusOr<Tree> XmlTree(const Reply& reply) {
  XmlDocument document;
  Tree tree;
  if (document.Parse(reply.body) && document.Result() != nullptr) {
    XmlNode result(document.Result());
    if (Build(result, 0, tree)) return tree;
  }
  return absl::InternalError(absl::StrCat(
      "the XML-RPC reply of ", reply.body.size(), " bytes is malformed"));
}

}  // namespace

absl::StatusOr<Tree> ReadTree(Reply& reply) {
  return reply.format == Format::kJsonRpc ? JsonTree(reply) : XmlTree(reply);
}

}  // namespace xapi_gateway::wire
