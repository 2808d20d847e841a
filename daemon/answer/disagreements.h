// Sources that contradict one another: sentences of two pages that speak of the question in the
// same words and give one value each, and not the same one.
//
// Pure; any thread. A value is a number or a date. Which of them is right is not for us; which is
// newer, the pages' own dates say.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "daemon/answer/answer.h"
#include "daemon/answer/excerpt.h"
#include "policy/passages.h"

namespace seekd::daemon {

inline constexpr std::size_t disagreements_max = 3;  // of one question

struct Disagreement {
  RelevantSentence older;
  RelevantSentence newer;
  bool ordered = false;  // both pages have dates, and these differ; else in the passages' order
};

std::vector<Disagreement> find_disagreements(std::span<const Passage> passages,
                                             std::string_view question);

// "sources_disagree", about the newer one.
Notice disagreement_notice(const Disagreement& disagreement, std::span<const Passage> passages);

}  // namespace seekd::daemon
