// Excerpt: the sentences of the passages that speak of the question most. A small model finds in
// them what it loses in whole passages.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/answer/text_units.h"
#include "policy/passages.h"

namespace seekd::daemon {

struct RelevantSentence {
  std::size_t passage = 0;  // index of the passage that it stands in
  ByteRange range;          // of that passage's text
  std::string_view text;    // that range; lives as long as the passage
  double score = 0.0;       // larger speaks of the question more
  double share = 0.0;       // of the question's content words, those that it has
};

// At most `sentences_max` of them, in the order of the passages; none where none shares a word with
// the question; one that speaks to an assistant is none of them. A sentence counts what of the
// question's words it has, each by its rarity among all sentences (as BM25 does), long ones a
// little less. What the page's title or a heading says counts for each of its sentences, a little
// less: "It was opened in 1987" is about what the page is about.
std::vector<RelevantSentence> relevant_sentences(std::span<const Passage> passages,
                                                 std::string_view question,
                                                 std::size_t sentences_max);

}  // namespace seekd::daemon
