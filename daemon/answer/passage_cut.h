// Passages that are too long for their place, cut to their best sentences.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "policy/passages.h"

namespace seekd::daemon {

// Consecutive whole sentences of the passage within `tokens_max`: those that have the most of the
// question's words, each by its rarity; then, as far as there is room, what stands around them.
// nullopt: none that speaks of the question fits. A passage that fits stays whole.
std::optional<Passage> cut_passage(const Passage& passage, std::string_view question,
                                   std::size_t tokens_max,
                                   const policy::TokenCounter& count_tokens);

}  // namespace seekd::daemon
