// Whether a range of a page says what a sentence says.
//
// Pure; any thread. Strict on purpose: a citation that is not given costs a convenience, a wrong
// one the promise. A paraphrase may leave words out and turn the order round; it may bring no
// content word, number, quotation, literal or name of its own, may not drop or move a negation, a
// condition or a word that says before, at most or may, may not take the other of two opposites
// that the page names both, and may not give to one what the page says of another in the next
// clause. Dates are compared as days, however they are spelled; a sentence may be less exact.

#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "daemon/answer/text_units.h"
#include "daemon/answer/written_dates.h"

namespace seekd::daemon {

// What a sentence, or a few consecutive ones of a page, say. The text outlives it.
struct Statement {
  std::string_view text;
  TextFacts facts;  // of the text less its dates; their parts are among its terms
  std::vector<WrittenDate> dates;
  std::unordered_set<std::string> numbers;
  std::unordered_set<std::string> tokens;             // content tokens
  std::unordered_set<std::string> ideograph_couples;  // neighbours in the sequence, concatenated
};

Statement read_statement(std::string_view text);

// `names`: words of the page's title and headings, which its sentences need not repeat.
bool says(const Statement& page, const std::unordered_set<std::string>& names,
          const Statement& sentence);

}  // namespace seekd::daemon
