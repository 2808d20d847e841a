#include "fetcher/extract/html_tree.h"

#include <string>

#include "fetcher/extract/gumbo_arena.h"
#include "fetcher/extract/tag_scan.h"

namespace seekd::fetcher {
namespace {

Error describe(GumboLimit limit) {
  switch (limit) {
    case GumboLimit::bytes:
      return {ErrorCode::too_large, "the page's tree needs more than " +
                                        std::to_string(HtmlTree::arena_bytes_max >> 20) + " MiB"};
    case GumboLimit::open_elements:
      return {ErrorCode::too_large, "the page's elements are nested deeper than " +
                                        std::to_string(HtmlTree::open_elements_max)};
    case GumboLimit::unguarded:
    case GumboLimit::none:
      break;
  }
  return {ErrorCode::internal, "the HTML parser is not libgumbo 0.10, whose limits are known"};
}

const GumboVector* children_of(const GumboNode& node) {
  const bool element = node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
  return element ? &node.v.element.children : nullptr;
}

HtmlNode flat(const GumboNode& node, std::uint32_t parent) {
  HtmlNode out;
  out.parent = parent;
  if (children_of(node) != nullptr) {
    out.tag = node.v.element.tag;
    out.attributes = &node.v.element.attributes;
  } else if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE) {
    out.tag = GUMBO_TAG_LAST;
    out.text = node.v.text.text;
  }
  return out;
}

// Not recursive: reconstructed formatting elements can nest deeper than the open elements ever
// were.
std::vector<HtmlNode> flatten(const GumboNode& root) {
  struct Open {
    const GumboVector* children;
    unsigned next;
    std::uint32_t index;
  };
  std::vector<HtmlNode> nodes{flat(root, 0)};
  std::vector<Open> open{{children_of(root), 0, 0}};
  while (!open.empty()) {
    Open& top = open.back();
    if (top.next == top.children->length) {
      nodes[top.index].end = static_cast<std::uint32_t>(nodes.size());
      open.pop_back();
      continue;
    }
    const auto& child = *static_cast<const GumboNode*>(top.children->data[top.next++]);
    const auto index = static_cast<std::uint32_t>(nodes.size());
    nodes.push_back(flat(child, top.index));
    nodes.back().end = index + 1;
    if (const GumboVector* children = children_of(child); children != nullptr) {
      open.push_back({children, 0, index});
    }
  }
  return nodes;
}

}  // namespace

HtmlTree::HtmlTree() : arena_(std::make_unique<GumboArena>(arena_bytes_max, open_elements_max)) {}
HtmlTree::HtmlTree(HtmlTree&&) noexcept = default;
HtmlTree& HtmlTree::operator=(HtmlTree&&) noexcept = default;
HtmlTree::~HtmlTree() = default;

Result<HtmlTree> HtmlTree::parse(std::string_view utf8) {
  if (Status status = check_tags(utf8); !status) return std::unexpected(status.error());
  HtmlTree tree;
  const GumboOutput* output = tree.arena_->parse(utf8);
  if (output == nullptr) return std::unexpected(describe(tree.arena_->limit()));
  tree.nodes_ = flatten(*output->root);
  return tree;
}

std::string_view attribute(const HtmlNode& node, const char* name) {
  if (node.attributes == nullptr) return {};
  const GumboAttribute* found = gumbo_get_attribute(node.attributes, name);
  return found == nullptr ? std::string_view{} : std::string_view{found->value};
}

bool has_attribute(const HtmlNode& node, const char* name) {
  return node.attributes != nullptr && gumbo_get_attribute(node.attributes, name) != nullptr;
}

}  // namespace seekd::fetcher
