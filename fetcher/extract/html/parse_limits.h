// What one page may cost its parser, whatever it holds.
//
// Not thread-safe; one for each parse. Nothing is thrown: the parser asks passed() between two
// tokens and stops, so that a limit is kept to within what one token costs.
#pragma once

#include <cstddef>
#include <optional>

#include "policy/result.h"

namespace seekd::fetcher {

inline constexpr std::size_t tags_max = 400'000;             // start and end tags
inline constexpr std::size_t tag_attributes_max = 1'000;     // of one tag
inline constexpr std::size_t page_attributes_max = 1 << 20;  // of all tags
inline constexpr std::size_t open_elements_max = 512;        // nesting
inline constexpr std::size_t nodes_max = 1 << 20;            // of the tree
// Elements and attributes compared while looking for one: 0.2 s.
inline constexpr std::size_t comparisons_max = 200'000'000;

class ParseLimits {
 public:
  void count_tag() { check(++tags_ > tags_max, Limit::tags); }
  void count_attributes(std::size_t of_tag) {
    check(of_tag > tag_attributes_max, Limit::tag_attributes);
    check((attributes_ += of_tag) > page_attributes_max, Limit::page_attributes);
  }
  void count_node() { check(++nodes_ > nodes_max, Limit::nodes); }
  void count_open(std::size_t elements) {
    check(elements > open_elements_max, Limit::open_elements);
  }
  void count_comparisons(std::size_t more) {
    check((comparisons_ += more) > comparisons_max, Limit::comparisons);
  }

  bool passed() const { return limit_ != Limit::none; }
  // REQUIRES: passed(). too_large, naming the limit.
  Error error() const;

 private:
  enum class Limit {
    none,
    tags,
    tag_attributes,
    page_attributes,
    nodes,
    open_elements,
    comparisons
  };

  void check(bool exceeded, Limit limit) {
    if (exceeded && limit_ == Limit::none) limit_ = limit;
  }

  std::size_t tags_ = 0;
  std::size_t attributes_ = 0;
  std::size_t nodes_ = 0;
  std::size_t comparisons_ = 0;
  Limit limit_ = Limit::none;
};

}  // namespace seekd::fetcher
