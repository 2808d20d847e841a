// The list of active formatting elements (WHATWG HTML §13.2.4.3): what is opened anew where the
// end of a block closed it.
//
// Not thread-safe.
#pragma once

#include <vector>

#include "fetcher/extract/html/dom.h"

namespace seekd::fetcher {

class FormattingList {
 public:
  static constexpr NodeId marker = no_node;  // of a cell, an object, …, whose inside is its own

  FormattingList(const Dom& dom, ParseLimits& limits) : dom_(dom), limits_(limits) {}

  std::size_t size() const { return nodes_.size(); }
  NodeId operator[](std::size_t i) const { return nodes_[i]; }

  // Of four alike, the first goes: "Noah's Ark".
  void push(NodeId element);
  void push_marker() { nodes_.push_back(marker); }
  void clear_to_marker();

  void insert(std::size_t place, NodeId element);
  void replace(std::size_t place, NodeId element) { nodes_[place] = element; }
  void erase(std::size_t place);
  void remove(NodeId element);

  // size() for none.
  std::size_t find(NodeId element) const;
  // The last of the name behind the last marker.
  std::size_t find_last(HtmlTag tag) const;

 private:
  bool alike(NodeId a, NodeId b) const;

  const Dom& dom_;
  ParseLimits& limits_;
  std::vector<NodeId> nodes_;
};

}  // namespace seekd::fetcher
