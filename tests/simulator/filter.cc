#include "tests/simulator/filter.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {

struct FilterNode {
  enum class Kind { kTrue, kFalse, kNot, kAnd, kOr, kEqual };
  struct Operand {
    bool is_field = false;
    std::string text;
  };
  Kind kind = Kind::kTrue;
  std::shared_ptr<const FilterNode> left, right;
  Operand a, b;  // of kEqual
};

namespace {

using Node = FilterNode;
using NodePtr = std::shared_ptr<const Node>;

// Nesting beyond any expression a client writes; keeps recursion bounded.
constexpr int kMaxDepth = 200;

struct TokenText {
  enum class Kind { kWord, kString, kSymbol, kEnd, kBad };
  Kind kind;
  std::string text;
};

std::vector<TokenText> Split(absl::string_view text) {
  std::vector<TokenText> tokens;
  size_t i = 0;
  while (i < text.size()) {
    char c = text[i];
    if (absl::ascii_isspace(c)) {
      ++i;
    } else if (c == '(' || c == ')' || c == '=') {
      tokens.push_back({TokenText::Kind::kSymbol, std::string(1, c)});
      ++i;
    } else if (c == '"') {
      size_t end = text.find('"', i + 1);
      if (end == absl::string_view::npos) {
        tokens.push_back({TokenText::Kind::kBad, ""});
        break;
      }
      tokens.push_back({TokenText::Kind::kString,
                        std::string(text.substr(i + 1, end - i - 1))});
      i = end + 1;
    } else {
      size_t end = i;
      while (end < text.size() && absl::ascii_isalpha(text[end])) ++end;
      bool word = end > i;
      tokens.push_back({word ? TokenText::Kind::kWord : TokenText::Kind::kBad,
                        std::string(text.substr(i, end - i))});
      if (!word) break;
      i = end;
    }
  }
  tokens.push_back({TokenText::Kind::kEnd, ""});
  return tokens;
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : tokens_(Split(text)) {}

  // nullptr when the text is no expression; fault() then says why.
  NodePtr Parse() {
    NodePtr node = ParseChain(0);
    if (node && tokens_[at_].kind != TokenText::Kind::kEnd) return Fail();
    return node;
  }
  const std::string& fault() const { return fault_; }

 private:
  NodePtr Fail() {
    bool lexing = false;
    for (const TokenText& token : tokens_) {
      bool known = token.text == "field" || token.text == "and" ||
                   token.text == "or" || token.text == "not" ||
                   token.text == "true" || token.text == "false";
      lexing = lexing || token.kind == TokenText::Kind::kBad ||
               (token.kind == TokenText::Kind::kWord && !known);
    }
    fault_ = lexing ? "Failure(\"lexing: empty token\")"
                    : "Stdlib.Parsing.Parse_error";
    return nullptr;
  }
  bool Take(absl::string_view word) {
    const TokenText& token = tokens_[at_];
    bool matches = token.kind != TokenText::Kind::kString && token.text == word;
    if (matches) ++at_;
    return matches;
  }
  static NodePtr Make(Node::Kind kind, NodePtr left, NodePtr right) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
  }

  NodePtr ParseChain(int depth) {
    NodePtr node = ParseUnary(depth);
    while (node) {
      Node::Kind kind;
      if (Take("and")) {
        kind = Node::Kind::kAnd;
      } else if (Take("or")) {
        kind = Node::Kind::kOr;
      } else {
        break;
      }
      NodePtr right = ParseUnary(depth);
      if (!right) return nullptr;
      node = Make(kind, std::move(node), std::move(right));
    }
    return node;
  }

  NodePtr ParseUnary(int depth) {
    if (depth > kMaxDepth) return Fail();
    if (Take("true")) return Make(Node::Kind::kTrue, nullptr, nullptr);
    if (Take("false")) return Make(Node::Kind::kFalse, nullptr, nullptr);
    if (Take("not")) {
      NodePtr inner = ParseUnary(depth + 1);
      return inner ? Make(Node::Kind::kNot, std::move(inner), nullptr)
                   : nullptr;
    }
    if (Take("(")) {
      NodePtr inner = ParseChain(depth + 1);
      if (!inner) return nullptr;
      return Take(")") ? inner : Fail();
    }
    return ParseEquality();
  }

  NodePtr ParseEquality() {
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::kEqual;
    if (!ParseOperand(&node->a) || !Take("=") || !ParseOperand(&node->b)) {
      return Fail();
    }
    return node;
  }

  bool ParseOperand(Node::Operand* operand) {
    operand->is_field = Take("field");
    if (tokens_[at_].kind != TokenText::Kind::kString) return false;
    operand->text = tokens_[at_++].text;
    return true;
  }

  std::vector<TokenText> tokens_;
  size_t at_ = 0;
  std::string fault_;
};

Result<std::string> Read(const Node::Operand& operand, const Class& cls,
                         const Row& row) {
  if (!operand.is_field) return operand.text;
  for (size_t i = 0; i < cls.fields.size(); ++i) {
    if (cls.fields[i].filter_name == operand.text) {
      return DatabaseText(row.fields[i]);
    }
  }
  if (operand.text == "_ref") return row.ref;
  return Error{{"INTERNAL_ERROR", "missing field", operand.text, ""}};
}

Result<bool> Evaluate(const Node& node, const Class& cls, const Row& row) {
  switch (node.kind) {
    case Node::Kind::kTrue:
      return true;
    case Node::Kind::kFalse:
      return false;
    case Node::Kind::kEqual: {
      Result<std::string> a = Read(node.a, cls, row);
      if (!a.ok()) return a.error();
      Result<std::string> b = Read(node.b, cls, row);
      if (!b.ok()) return b.error();
      return *a == *b;
    }
    default:
      break;
  }
  Result<bool> left = Evaluate(*node.left, cls, row);
  if (!left.ok()) return left;
  if (node.kind == Node::Kind::kNot) return !*left;
  if (*left == (node.kind == Node::Kind::kOr)) return left;
  return Evaluate(*node.right, cls, row);
}

}  // namespace

Result<Filter> Filter::Parse(const std::string& text) {
  Parser parser(text);
  NodePtr root = parser.Parse();
  if (!root) return Error{{"INVALID_VALUE", text, parser.fault()}};
  return Filter(std::move(root));
}

Result<bool> Filter::Matches(const Class& cls, const Row& row) const {
  return Evaluate(*root_, cls, row);
}

}  // namespace xapi_gateway::simulator
