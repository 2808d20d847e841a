// Excerpt: the sentences of the passages that speak of the question most. A small model finds in
// them what it loses in whole passages.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/passages.h"

namespace seekd::daemon {

// At most `sentences_max` of them, in the order of the passages; none where none shares a word with
// the question. A sentence counts what of the question's words it has, each by its rarity among all
// sentences (as BM25 does), long ones a little less.
std::vector<std::string> relevant_sentences(std::span<const Passage> passages,
                                            std::string_view question, std::size_t sentences_max);

}  // namespace seekd::daemon
