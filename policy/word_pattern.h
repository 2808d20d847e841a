// A small pattern over words: "how many * has|have", "^ who is the".
//
// Words between spaces, alternatives between '|'; '*' is a gap of at most six words; '^' the
// beginning. A word ending in
// "-" matches what begins with it ("invent-"), one beginning with "-" what ends with it.
// Immutable; any thread. Matching is linear in the text: gaps are bounded, and so is the number of
// them.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "policy/words.h"

namespace seekd::policy {

class WordPattern {
 public:
  // `pattern` must outlive this.
  explicit WordPattern(std::string_view pattern);

  bool occurs_in(std::span<const Word> words) const;

 private:
  using Alternatives = std::vector<std::string_view>;  // empty: a gap

  bool matches_at(std::span<const Word> words, std::size_t part) const;

  std::vector<Alternatives> parts_;
  bool anchored_ = false;
};

}  // namespace seekd::policy
