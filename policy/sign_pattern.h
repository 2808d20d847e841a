// A pattern over the words of a text that knows where it matched.
//
// Parts stand between spaces, alternatives of a part between '|'; '_' joins the words of one
// alternative; an alternative ending in '-' matches what begins with it; '*' is a gap of at most
// six words, of characters twice as many where a script has no spaces. A match never crosses the
// end of a sentence. Chinese and Japanese stand as they are written: each character is a word.
//
// Immutable; any thread. Matching is linear in the text: gaps are bounded, and so is the number of
// them.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/folded_text.h"

namespace seekd::policy {

struct SignWord {
  std::string text;          // case-folded
  TextRange range;           // of the text that it was taken from
  std::size_t sentence = 0;  // the how manieth it stands in
  bool unspaced = false;     // a character of a script without spaces
};

// REQUIRES: `folded` is folded, its case too.
std::vector<SignWord> sign_words(std::string_view folded);

class SignPattern {
 public:
  explicit SignPattern(std::string_view pattern);

  // The words that the pattern covers where it begins at the first of them; nullopt: it does not.
  std::optional<std::size_t> length_at(std::span<const SignWord> words) const;

  // What a match can begin with; "" where an alternative of the first part is a stem.
  std::vector<std::string> first_words() const;

 private:
  struct Alternative {
    std::vector<std::string> words;
    bool stem = false;  // the last of them is the beginning of a word
  };
  using Alternatives = std::vector<Alternative>;  // empty: a gap

  std::optional<std::size_t> match(std::span<const SignWord> words, std::size_t part) const;
  static bool fits(const Alternative& alternative, std::span<const SignWord> words);

  std::vector<Alternatives> parts_;
};

}  // namespace seekd::policy
