#include "fetcher/extract/html/open_elements.h"

#include <algorithm>

#include "fetcher/extract/html/element_kinds.h"

namespace seekd::fetcher {
namespace {

constexpr TagSet scope_ends(HtmlTag::applet, HtmlTag::caption, HtmlTag::html, HtmlTag::marquee,
                            HtmlTag::object, HtmlTag::table, HtmlTag::td, HtmlTag::template_,
                            HtmlTag::th);
constexpr TagSet list_item_scope_ends = scope_ends | TagSet(HtmlTag::ol, HtmlTag::ul);
constexpr TagSet button_scope_ends = scope_ends | TagSet(HtmlTag::button);
constexpr TagSet table_scope_ends(HtmlTag::html, HtmlTag::table, HtmlTag::template_);
constexpr TagSet select_scope_keeps(HtmlTag::optgroup, HtmlTag::option);

}  // namespace

void OpenElements::note(NodeId node, int change) {
  const DomNode& noted = dom_[node];
  if (noted.space != Namespace::html) return;
  counts_[static_cast<std::size_t>(tag_of(noted.name))] += static_cast<std::uint32_t>(change);
}

void OpenElements::push(NodeId node) {
  nodes_.push_back(node);
  note(node, 1);
  limits_.count_open(nodes_.size());
}

void OpenElements::pop() {
  note(nodes_.back(), -1);
  nodes_.pop_back();
}

void OpenElements::pop_until(const TagSet& tags) {
  pop_above(tags);
  pop();
}

void OpenElements::pop_above(const TagSet& tags) {
  while (!current().is_in(tags)) pop();
}

void OpenElements::pop_to_size(std::size_t size) {
  while (nodes_.size() > size) pop();
}

void OpenElements::close_implied(const TagSet& tags, HtmlTag except) {
  while (current().is_in(tags) && !current().is(except)) pop();
}

void OpenElements::insert(std::size_t place, NodeId node) {
  nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(place), node);
  note(node, 1);
  limits_.count_open(nodes_.size());
}

void OpenElements::replace(std::size_t place, NodeId node) {
  note(nodes_[place], -1);
  nodes_[place] = node;
  note(node, 1);
}

void OpenElements::remove(NodeId node) {
  const std::size_t place = find(node);
  if (place == nodes_.size()) return;
  note(node, -1);
  nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(place));
}

std::size_t OpenElements::find(NodeId node) const {
  limits_.count_comparisons(nodes_.size());
  const auto found = std::ranges::find(nodes_, node);
  return static_cast<std::size_t>(found - nodes_.begin());
}

std::size_t OpenElements::find(HtmlTag tag) const {
  if (!has(tag)) return nodes_.size();
  for (std::size_t place = nodes_.size(); place-- > 0;) {
    limits_.count_comparisons(1);
    if (dom_[nodes_[place]].is(tag)) return place;
  }
  return nodes_.size();
}

bool OpenElements::ends(const DomNode& node, Scope scope) const {
  switch (scope) {
    case Scope::any:
      return node.is_in(scope_ends) || ends_foreign_scope(node);
    case Scope::list_item:
      return node.is_in(list_item_scope_ends) || ends_foreign_scope(node);
    case Scope::button:
      return node.is_in(button_scope_ends) || ends_foreign_scope(node);
    case Scope::table:
      return node.is_in(table_scope_ends);
    case Scope::select:
      return !node.is_in(select_scope_keeps);
  }
  return true;
}

bool OpenElements::has_in_scope(const TagSet& tags, Scope scope) const {
  for (std::size_t place = nodes_.size(); place-- > 0;) {
    limits_.count_comparisons(1);
    const DomNode& node = dom_[nodes_[place]];
    if (node.is_in(tags)) return true;
    if (ends(node, scope)) return false;
  }
  return false;
}

bool OpenElements::has_in_scope(NodeId wanted) const {
  for (std::size_t place = nodes_.size(); place-- > 0;) {
    limits_.count_comparisons(1);
    if (nodes_[place] == wanted) return true;
    if (ends(dom_[nodes_[place]], Scope::any)) return false;
  }
  return false;
}

}  // namespace seekd::fetcher
