// The numbers of policy/question_model.h.

#pragma once

#include <span>
#include <string_view>

namespace seekd::policy {

// What a term, or one of the others, adds to the log-odds of each.
struct QuestionWeights {
  float changes;
  float fast;
  float false_premise;
};

struct TermWeights {
  std::string_view term;
  QuestionWeights weights;
};

struct QuestionModelData {
  std::span<const TermWeights> terms;  // sorted by term
  QuestionWeights rules;               // times the rules' log-odds, clamped
  QuestionWeights fast_by_rules;       // where they say so
  QuestionWeights intercept;
};

const QuestionModelData& question_model_data();

}  // namespace seekd::policy
