// The tree that a parse builds: nodes that know their neighbours, so that they can be moved.
//
// Not thread-safe. Nodes are numbers and are never freed before the tree is. REQUIRES, everywhere:
// node numbers that this tree gave.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "fetcher/extract/html/parse_limits.h"
#include "fetcher/extract/html/token.h"

namespace seekd::fetcher {

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = 0xFFFFFFFF;
inline constexpr NodeId document_node = 0;

enum class NodeKind : std::uint8_t { document, doctype, comment, text, element };
enum class Namespace : std::uint8_t { html, svg, math };

struct DomNode {
  NodeKind kind = NodeKind::element;
  Namespace space = Namespace::html;
  NameId name{};  // of an element
  NodeId parent = no_node;
  NodeId first = no_node;  // child
  NodeId last = no_node;
  NodeId previous = no_node;  // sibling
  NodeId next = no_node;
  std::uint32_t capacity = 0;  // bytes, of a text that was copied to grow
  std::string_view text{};     // of a text or a comment
  std::span<const HtmlAttribute> attributes{};

  bool is(HtmlTag tag) const { return space == Namespace::html && name == name_id(tag); }
  bool is_in(const TagSet& tags) const {
    return space == Namespace::html && kind == NodeKind::element && tags.contains(tag_of(name));
  }
};

// Where a node is put: before a sibling, or last of its parent where that is no_node.
struct DomPlace {
  NodeId parent = no_node;
  NodeId before = no_node;
};

class Dom {
 public:
  // `memory` outlives the tree. `html_bytes`, of the page, tell how large it may become.
  Dom(std::pmr::memory_resource& memory, ParseLimits& limits, std::size_t html_bytes);

  const DomNode& operator[](NodeId node) const { return nodes_[node]; }
  std::size_t size() const { return nodes_.size(); }

  NodeId add_element(NameId name, Namespace space, std::span<const HtmlAttribute> attributes);
  NodeId add_comment(std::string_view text);
  NodeId add_doctype();
  // `attributes` are copied, as are those of add_element().
  void add_missing_attributes(NodeId element, std::span<const HtmlAttribute> attributes);

  // REQUIRES: `node` has no parent.
  void insert(NodeId node, DomPlace place);
  // Joins a text with the one before it.
  void insert_text(std::string_view text, DomPlace place);
  void remove(NodeId node);
  void move_children(NodeId from, NodeId to);
  // An element like `element`, without parent and children.
  NodeId clone(NodeId element);

 private:
  NodeId add(const DomNode& node);
  void grow_text(DomNode& node, std::string_view more);
  std::span<const HtmlAttribute> copy(std::span<const HtmlAttribute> attributes);

  std::pmr::memory_resource& memory_;
  ParseLimits& limits_;
  std::vector<DomNode> nodes_;
};

}  // namespace seekd::fetcher
