#include "fetcher/extract/html_tree.h"

#include <algorithm>
#include <string>

#include "fetcher/extract/gumbo_arena.h"
#include "fetcher/extract/raw_text_cut.h"
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

// Is it an element whose text the tokenizer reads as no markup, being a script or a style sheet?
bool is_raw_text(const GumboNode& node) {
  if (node.type != GUMBO_NODE_ELEMENT) return false;
  const GumboElement& element = node.v.element;
  return element.tag_namespace == GUMBO_NAMESPACE_HTML &&
         (element.tag == GUMBO_TAG_SCRIPT || element.tag == GUMBO_TAG_STYLE);
}

// gumbo's tree as nodes in document order.
class Flattener {
 public:
  explicit Flattener(std::string_view html) : html_(html) {}

  // Not recursive: reconstructed formatting elements can nest deeper than the open elements ever
  // were.
  void read(const GumboNode& root) {
    add(root, 0);
    while (!open_.empty()) {
      Open& top = open_.back();
      if (top.next == top.children->length) {
        nodes_[top.index].end = static_cast<std::uint32_t>(nodes_.size());
        open_.pop_back();
        continue;
      }
      const auto& child = *static_cast<const GumboNode*>(top.children->data[top.next++]);
      if (child.type != GUMBO_NODE_COMMENT) add(child, top.index);
    }
  }

  std::vector<HtmlNode> take_nodes() { return std::move(nodes_); }

  bool confirms(const CutText& cut) {
    std::ranges::sort(raw_text_tags_);
    return std::ranges::includes(raw_text_tags_, cut.tags);
  }

 private:
  struct Open {
    const GumboVector* children;
    unsigned next;
    std::uint32_t index;
  };

  void add(const GumboNode& node, std::uint32_t parent) {
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back(flat(node, parent));
    nodes_.back().end = index + 1;
    if (is_raw_text(node)) {
      raw_text_tags_.push_back(
          static_cast<std::size_t>(node.v.element.original_tag.data - html_.data()));
    }
    const GumboVector* children = children_of(node);
    if (children != nullptr && nodes_.back().tag != GUMBO_TAG_SVG) {
      open_.push_back({children, 0, index});
    }
  }

  std::string_view html_;
  std::vector<HtmlNode> nodes_;
  std::vector<Open> open_;
  std::vector<std::size_t> raw_text_tags_;  // where in html_ they begin
};

const char* find_attribute(const HtmlNode& node, std::string_view name) {
  if (node.attributes == nullptr) return nullptr;
  const GumboVector& all = *node.attributes;
  for (unsigned i = 0; i < all.length; ++i) {
    const auto& one = *static_cast<const GumboAttribute*>(all.data[i]);
    if (one.name[0] == name[0] && one.name == name) return one.value;
  }
  return nullptr;
}

}  // namespace

HtmlTree::HtmlTree() : arena_(std::make_unique<GumboArena>(arena_bytes_max, open_elements_max)) {}
HtmlTree::HtmlTree(HtmlTree&&) noexcept = default;
HtmlTree& HtmlTree::operator=(HtmlTree&&) noexcept = default;
HtmlTree::~HtmlTree() = default;

Result<HtmlTree> HtmlTree::parse(std::string_view utf8) {
  CutText cut = cut_raw_text(utf8);
  auto tree = parse_confirmed(cut);
  if (tree && !*tree) tree = parse_confirmed({std::string(utf8), {}});
  if (!tree) return std::unexpected(tree.error());
  return std::move(**tree);
}

// Nothing where the tree does not confirm each cut.
Result<std::optional<HtmlTree>> HtmlTree::parse_confirmed(const CutText& cut) {
  if (Status status = check_tags(cut.html); !status) return std::unexpected(status.error());
  HtmlTree tree;
  const GumboOutput* output = tree.arena_->parse(cut.html);
  if (output == nullptr) return std::unexpected(describe(tree.arena_->limit()));
  Flattener flattener(cut.html);
  flattener.read(*output->root);
  if (!flattener.confirms(cut)) return std::nullopt;
  tree.nodes_ = flattener.take_nodes();
  return tree;
}

std::string_view attribute(const HtmlNode& node, std::string_view name) {
  const char* value = find_attribute(node, name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

bool has_attribute(const HtmlNode& node, std::string_view name) {
  return find_attribute(node, name) != nullptr;
}

}  // namespace seekd::fetcher
