#include "fetcher/extract/html/dom.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace seekd::fetcher {
namespace {

constexpr std::size_t html_bytes_per_node = 80;  // about

}  // namespace

Dom::Dom(std::pmr::memory_resource& memory, ParseLimits& limits, std::size_t html_bytes)
    : memory_(memory), limits_(limits) {
  nodes_.reserve(html_bytes / html_bytes_per_node + 1);
  add({.kind = NodeKind::document});
}

NodeId Dom::add(const DomNode& node) {
  limits_.count_node();
  nodes_.push_back(node);
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId Dom::add_element(NameId name, Namespace space, std::span<const HtmlAttribute> attributes) {
  return add({.space = space, .name = name, .attributes = copy(attributes)});
}

NodeId Dom::add_comment(std::string_view text) {
  return add({.kind = NodeKind::comment, .text = text});
}

NodeId Dom::add_doctype() {
  return add({.kind = NodeKind::doctype});
}

NodeId Dom::clone(NodeId element) {
  const DomNode& like = nodes_[element];
  return add({.space = like.space, .name = like.name, .attributes = like.attributes});
}

std::span<const HtmlAttribute> Dom::copy(std::span<const HtmlAttribute> attributes) {
  if (attributes.empty()) return {};
  auto* const all = static_cast<HtmlAttribute*>(
      memory_.allocate(attributes.size_bytes(), alignof(HtmlAttribute)));
  std::ranges::uninitialized_copy(attributes, std::span(all, attributes.size()));
  return {all, attributes.size()};
}

void Dom::add_missing_attributes(NodeId element, std::span<const HtmlAttribute> attributes) {
  const auto has = nodes_[element].attributes;
  std::vector<HtmlAttribute> all(has.begin(), has.end());
  for (const HtmlAttribute& attribute : attributes) {
    limits_.count_comparisons(has.size());
    if (std::ranges::find(has, attribute.name, &HtmlAttribute::name) == has.end())
      all.push_back(attribute);
  }
  if (all.size() == has.size()) return;
  limits_.count_attributes(all.size());
  nodes_[element].attributes = copy(all);
}

void Dom::insert(NodeId node, DomPlace place) {
  DomNode& parent = nodes_[place.parent];
  const NodeId previous = place.before == no_node ? parent.last : nodes_[place.before].previous;
  nodes_[node].parent = place.parent;
  nodes_[node].previous = previous;
  nodes_[node].next = place.before;
  (previous == no_node ? parent.first : nodes_[previous].next) = node;
  (place.before == no_node ? parent.last : nodes_[place.before].previous) = node;
}

void Dom::insert_text(std::string_view text, DomPlace place) {
  const NodeId previous =
      place.before == no_node ? nodes_[place.parent].last : nodes_[place.before].previous;
  if (previous != no_node && nodes_[previous].kind == NodeKind::text) {
    grow_text(nodes_[previous], text);
  } else {
    insert(add({.kind = NodeKind::text, .text = text}), place);
  }
}

// Copies are made with room to grow, so that many short texts cost as much as one long one.
void Dom::grow_text(DomNode& node, std::string_view more) {
  const std::size_t size = node.text.size() + more.size();
  if (node.capacity == 0 && node.text.data() + node.text.size() == more.data()) {
    node.text = {node.text.data(), size};
    return;
  }
  if (size > node.capacity) {
    const std::size_t capacity = 2 * size;
    auto* const copy = static_cast<char*>(memory_.allocate(capacity, 1));
    std::memcpy(copy, node.text.data(), node.text.size());
    node.text = {copy, node.text.size()};
    node.capacity = static_cast<std::uint32_t>(capacity);
  }
  // The text was copied to memory of its own above, or when it grew before.
  std::memcpy(const_cast<char*>(node.text.data()) + node.text.size(), more.data(), more.size());
  node.text = {node.text.data(), size};
}

void Dom::remove(NodeId node) {
  DomNode& gone = nodes_[node];
  if (gone.parent == no_node) return;
  DomNode& parent = nodes_[gone.parent];
  (gone.previous == no_node ? parent.first : nodes_[gone.previous].next) = gone.next;
  (gone.next == no_node ? parent.last : nodes_[gone.next].previous) = gone.previous;
  gone.parent = gone.previous = gone.next = no_node;
}

void Dom::move_children(NodeId from, NodeId to) {
  for (NodeId child = nodes_[from].first; child != no_node;) {
    const NodeId next = nodes_[child].next;
    limits_.count_comparisons(1);
    remove(child);
    insert(child, {.parent = to});
    child = next;
  }
}

}  // namespace seekd::fetcher
