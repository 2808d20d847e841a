#include "fetcher/extract/html_tree.h"

#include <algorithm>
#include <memory_resource>

#include "fetcher/extract/html/dom.h"
#include "fetcher/extract/html/input.h"
#include "fetcher/extract/html/tree_builder.h"
#include "fetcher/extract/visibility.h"

namespace seekd::fetcher {
namespace {

// The tree's memory beside its text: most pages need no second piece of it.
constexpr std::size_t memory_bytes_first = 64 << 10;

HtmlNode flat(const DomNode& node, std::uint32_t parent, std::uint32_t index) {
  HtmlNode out{.parent = parent, .end = index + 1};
  if (node.kind == NodeKind::text) {
    out.tag = HtmlTag::text;
    out.text = node.text;
  } else {
    out.tag = tag_of(node.name);
    out.attributes = node.attributes;
  }
  return out;
}

// The parser's tree as nodes in document order. Not recursive, though a tree can be deeper than the
// parser's open elements ever were.
std::vector<HtmlNode> flatten(const Dom& dom, NodeId root) {
  std::vector<HtmlNode> nodes;
  nodes.reserve(dom.size());
  std::vector<std::uint32_t> open;  // indices of what is around
  for (NodeId at = root;;) {
    const DomNode& node = dom[at];
    if (node.kind == NodeKind::element || node.kind == NodeKind::text) {
      const auto index = static_cast<std::uint32_t>(nodes.size());
      nodes.push_back(flat(node, open.empty() ? 0 : open.back(), index));
      if (node.first != no_node && nodes.back().tag != HtmlTag::svg) {
        open.push_back(index);
        at = node.first;
        continue;
      }
    }
    while (at != root && dom[at].next == no_node) {
      at = dom[at].parent;
      nodes[open.back()].end = static_cast<std::uint32_t>(nodes.size());
      open.pop_back();
    }
    if (at == root) return nodes;
    at = dom[at].next;
  }
}

NodeId root_of(const Dom& dom) {
  NodeId child = dom[document_node].first;
  while (dom[child].kind != NodeKind::element) child = dom[child].next;
  return child;
}

const HtmlAttribute* find_attribute(const HtmlNode& node, std::string_view name) {
  for (const HtmlAttribute& one : node.attributes) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace

struct HtmlTree::Storage {
  explicit Storage(std::string text) : html(std::move(text)) { normalise_line_ends(html); }

  std::string html;
  std::pmr::monotonic_buffer_resource memory{memory_bytes_first};
};

HtmlTree::HtmlTree(std::string utf8) : storage_(std::make_unique<Storage>(std::move(utf8))) {}
HtmlTree::HtmlTree(HtmlTree&&) noexcept = default;
HtmlTree& HtmlTree::operator=(HtmlTree&&) noexcept = default;
HtmlTree::~HtmlTree() = default;

Result<HtmlTree> HtmlTree::parse(std::string utf8) {
  HtmlTree tree(std::move(utf8));
  TreeBuilder builder(tree.storage_->html, tree.storage_->memory);
  const Result<const Dom*> dom = builder.build();
  if (!dom) return std::unexpected(dom.error());
  tree.nodes_ = flatten(**dom, root_of(**dom));
  mark_hidden(tree.nodes_);
  return tree;
}

std::string_view attribute(const HtmlNode& node, std::string_view name) {
  const HtmlAttribute* found = find_attribute(node, name);
  return found == nullptr ? std::string_view{} : found->value;
}

bool has_attribute(const HtmlNode& node, std::string_view name) {
  return find_attribute(node, name) != nullptr;
}

}  // namespace seekd::fetcher
