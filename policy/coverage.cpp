#include "policy/coverage.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "policy/age.h"
#include "policy/content_terms.h"

namespace seekd::policy {
namespace {

// Of three content words, a passage that answers says two and paraphrases the third.
constexpr double share_enough = 0.65;
// One passage must speak of the subject itself: words gathered from several pages that each hold
// one of them are chance.
constexpr double share_of_one_min = 0.5;

struct Found {
  double together = 0.0;  // share of the terms that the passages hold together
  double best = 0.0;      // share that the best of them holds alone

  bool is_enough() const { return together >= share_enough && best >= share_of_one_min; }
};

struct HeldTerms {
  std::vector<bool> held;  // [terms]
  bool young = false;
};

HeldTerms look_up(const std::vector<std::string>& terms, const Passage& passage) {
  const std::vector<std::string> present =
      content_terms(passage.title + '\n' + passage.heading_path + '\n' + passage.text);
  HeldTerms result;
  for (const std::string& term : terms) {
    result.held.push_back(std::ranges::binary_search(present, term));
  }
  return result;
}

enum class Considered : std::uint8_t { all, young };

Found find(const std::vector<HeldTerms>& passages, std::size_t terms, Considered considered) {
  std::vector<bool> together(terms);
  std::ptrdiff_t best = 0;
  for (const HeldTerms& passage : passages) {
    if (considered == Considered::young && !passage.young) continue;
    for (std::size_t i = 0; i < terms; ++i) together[i] = together[i] || passage.held[i];
    best = std::max(best, std::ranges::count(passage.held, true));
  }
  const auto share = [&](std::ptrdiff_t count) {
    return static_cast<double>(count) / static_cast<double>(terms);
  };
  return {share(std::ranges::count(together, true)), share(best)};
}

std::string percent(double share) {
  return std::to_string(std::lround(share * 100)) + " % of the question's content words";
}

}  // namespace

bool is_unsure(const CoverageVerdict& verdict) {
  constexpr double surely_none = 0.5;
  constexpr double surely_enough = 0.85;
  return verdict.term_share >= surely_none && verdict.term_share < surely_enough;
}

CoverageVerdict judge_coverage(std::string_view question, std::span<const Passage> passages,
                               TimePoint now, std::optional<std::chrono::seconds> max_age) {
  const std::vector<std::string> terms = content_terms(question);
  if (terms.empty()) return {Coverage::none, 0.0, "the question holds no content words"};
  if (passages.empty()) return {Coverage::none, 0.0, "there are no passages"};
  std::vector<HeldTerms> held;
  for (const Passage& passage : passages) {
    held.push_back(look_up(terms, passage));
    held.back().young = judge_age(passage, max_age, now) == Age::young_enough;
  }
  const Found young = find(held, terms.size(), Considered::young);
  if (young.is_enough()) {
    return {Coverage::enough, young.together, "young passages hold " + percent(young.together)};
  }
  const Found all = find(held, terms.size(), Considered::all);
  if (all.is_enough()) {
    return {Coverage::stale, all.together,
            "passages older than allowed hold " + percent(all.together) + ", young ones " +
                percent(young.together)};
  }
  return {
      Coverage::none, all.together,
      "all passages hold " + percent(all.together) + ", the best one alone " + percent(all.best)};
}

}  // namespace seekd::policy
