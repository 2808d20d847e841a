// The elements that are open at a point of the parse (WHATWG HTML §13.2.4.2), <html> first.
//
// Not thread-safe. What its searches compare is counted, as a page may ask for one with every tag.
#pragma once

#include <array>
#include <vector>

#include "fetcher/extract/html/dom.h"

namespace seekd::fetcher {

// How far up an element counts as open.
enum class Scope : std::uint8_t {
  any,        // up to a cell, an object, …
  list_item,  // nor out of a list
  button,     // nor out of a button
  table,      // out of everything but a table
  select,     // only out of options
};

class OpenElements {
 public:
  OpenElements(const Dom& dom, ParseLimits& limits) : dom_(dom), limits_(limits) {}

  bool empty() const { return nodes_.empty(); }
  std::size_t size() const { return nodes_.size(); }
  NodeId operator[](std::size_t i) const { return nodes_[i]; }
  NodeId back() const { return nodes_.back(); }
  const DomNode& current() const { return dom_[nodes_.back()]; }

  void push(NodeId node);
  void pop();
  // Up to and with the innermost of them. REQUIRES: one is open.
  void pop_until(const TagSet& tags);
  // Those behind the innermost of them. REQUIRES: one is open.
  void pop_above(const TagSet& tags);
  void pop_to_size(std::size_t size);
  // §13.2.6.3: closes what needs no end tag, but for `except`.
  void close_implied(const TagSet& tags, HtmlTag except = HtmlTag::unknown);

  void insert(std::size_t place, NodeId node);
  void replace(std::size_t place, NodeId node);
  void remove(NodeId node);

  // The node's place, size() where it is not open.
  std::size_t find(NodeId node) const;
  // The innermost HTML element of the name, size() for none.
  std::size_t find(HtmlTag tag) const;
  bool has(HtmlTag tag) const { return count(tag) > 0; }
  bool has_in_scope(const TagSet& tags, Scope scope) const;
  bool has_in_scope(HtmlTag tag, Scope scope) const {
    return has(tag) && has_in_scope(TagSet(tag), scope);
  }
  bool has_in_scope(NodeId node) const;

 private:
  std::uint32_t count(HtmlTag tag) const { return counts_[static_cast<std::size_t>(tag)]; }
  void note(NodeId node, int change);
  bool ends(const DomNode& node, Scope scope) const;

  const Dom& dom_;
  ParseLimits& limits_;
  std::vector<NodeId> nodes_;
  std::array<std::uint32_t, html_tags> counts_{};  // of open HTML elements
};

}  // namespace seekd::fetcher
