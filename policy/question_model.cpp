#include "policy/question_model.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "policy/question_model_data.h"
#include "policy/question_terms.h"

namespace seekd::policy {
namespace {

// As scripts/train-freshness.
constexpr double rules_log_odds_max = 4.0;
// Beyond it nothing that is learned turned the rules for the better.
constexpr double rules_sure = 3.0;
// It learned from single questions of 3 to 30 words.
constexpr std::size_t words_min = 3;
constexpr std::size_t words_max = 48;
// Of a question's terms, so many must have been met: those of another language were not.
constexpr std::size_t known_share = 6;

void add(LearnedOpinion& sum, const QuestionWeights& weights, double times) {
  sum.changes += weights.changes * times;
  sum.fast += weights.fast * times;
  sum.false_premise += weights.false_premise * times;
}

std::vector<const TermWeights*> known_terms(const std::vector<std::string>& terms) {
  const std::span<const TermWeights> all = question_model_data().terms;
  std::vector<const TermWeights*> known;
  for (const std::string& term : terms) {
    const auto found =
        std::ranges::lower_bound(all, std::string_view(term), {}, &TermWeights::term);
    if (found != all.end() && found->term == term) known.push_back(&*found);
  }
  return known;
}

}  // namespace

std::optional<LearnedOpinion> learned_opinion(std::span<const Word> words, RulesSay rules,
                                              int this_year) {
  if (words.size() < words_min || words.size() > words_max) return std::nullopt;
  if (std::abs(rules.log_odds) > rules_sure) return std::nullopt;
  if (std::ranges::any_of(words, [](const Word& w) { return w.script == Script::unspaced; })) {
    return std::nullopt;
  }
  const std::vector<std::string> terms = question_terms(words, this_year);
  const std::vector<const TermWeights*> known = known_terms(terms);
  if (known_share * known.size() < terms.size()) return std::nullopt;
  const QuestionModelData& data = question_model_data();
  LearnedOpinion sum;
  add(sum, data.intercept, 1);
  add(sum, data.rules, std::clamp(rules.log_odds, -rules_log_odds_max, rules_log_odds_max));
  if (rules.fast) add(sum, data.fast_by_rules, 1);
  const double each = 1 / std::sqrt(static_cast<double>(known.size()));
  for (const TermWeights* term : known) add(sum, term->weights, each);
  return sum;
}

}  // namespace seekd::policy
