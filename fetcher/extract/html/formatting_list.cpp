#include "fetcher/extract/html/formatting_list.h"

#include <algorithm>

namespace seekd::fetcher {
namespace {

constexpr int alike_max = 3;

}  // namespace

bool FormattingList::alike(NodeId a, NodeId b) const {
  const DomNode& one = dom_[a];
  const DomNode& other = dom_[b];
  if (one.name != other.name || one.attributes.size() != other.attributes.size()) return false;
  limits_.count_comparisons(one.attributes.size() * one.attributes.size());
  return std::ranges::all_of(one.attributes, [&](const HtmlAttribute& attribute) {
    const auto found = std::ranges::find(other.attributes, attribute.name, &HtmlAttribute::name);
    return found != other.attributes.end() && found->value == attribute.value;
  });
}

void FormattingList::push(NodeId element) {
  int seen = 0;
  for (std::size_t end = nodes_.size(); end > 0 && nodes_[end - 1] != marker; --end) {
    limits_.count_comparisons(1);
    if (!alike(nodes_[end - 1], element) || ++seen < alike_max) continue;
    erase(end - 1);
    break;
  }
  nodes_.push_back(element);
}

void FormattingList::clear_to_marker() {
  while (!nodes_.empty()) {
    const NodeId last = nodes_.back();
    nodes_.pop_back();
    if (last == marker) return;
  }
}

void FormattingList::insert(std::size_t place, NodeId element) {
  nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(place), element);
}

void FormattingList::erase(std::size_t place) {
  nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(place));
}

void FormattingList::remove(NodeId element) {
  const std::size_t place = find(element);
  if (place < nodes_.size()) erase(place);
}

std::size_t FormattingList::find(NodeId element) const {
  limits_.count_comparisons(nodes_.size());
  return static_cast<std::size_t>(std::ranges::find(nodes_, element) - nodes_.begin());
}

std::size_t FormattingList::find_last(HtmlTag tag) const {
  for (std::size_t end = nodes_.size(); end > 0 && nodes_[end - 1] != marker; --end) {
    limits_.count_comparisons(1);
    if (dom_[nodes_[end - 1]].is(tag)) return end - 1;
  }
  return nodes_.size();
}

}  // namespace seekd::fetcher
