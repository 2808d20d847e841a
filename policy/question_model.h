// What was learned from labelled questions: does an answer change, how fast, and is the premise
// false? Three logistic regressions over the question's terms (policy/question_terms.h) and what
// the rules say, which hold more of the wording of a question than rules of a line each.
//
// Pure; any thread. The weights are question_model_data.cpp, which scripts/train-freshness writes
// from FreshQA's questions and scripts/freshness/questions.tsv; docs/decisions/0030 says why.

#pragma once

#include <optional>
#include <span>

#include "policy/words.h"

namespace seekd::policy {

struct RulesSay {
  double log_odds = 0.0;  // that the answer changes
  bool fast = false;      // and that within months or less
};

// Log-odds.
struct LearnedOpinion {
  double changes = 0.0;
  double fast = 0.0;  // where it changes
  double false_premise = 0.0;
};

// nullopt: it is no single English question such as those that it learned from, or the rules are
// surer than it is.
std::optional<LearnedOpinion> learned_opinion(std::span<const Word> words, RulesSay rules,
                                              int this_year);

}  // namespace seekd::policy
