#include "cache/index/fusion.h"

#include <algorithm>
#include <unordered_map>

namespace seekd::cache {
namespace {

// Scores of one kind brought to 0 … 1.
class Scale {
 public:
  Scale(double least, double best) : least_(least), span_(best - least) {}

  double operator()(double score) const {
    if (span_ <= 0.0) return score >= least_ ? 1.0 : 0.0;
    return std::clamp((score - least_) / span_, 0.0, 1.0);
  }

 private:
  const double least_;
  const double span_;
};

// Between the farthest of the nearest and the nearest: which cosines mean "alike" differs from
// model to model.
Scale scale_of_cosines(const std::vector<RankedPassage>& dense) {
  const auto [least, best] = std::ranges::minmax(dense, {}, &RankedPassage::score);
  return {least.score, best.score};
}

// From 0: a passage without a word of the query has no score.
Scale scale_of_words(const std::vector<RankedPassage>& lexical) {
  const auto best = std::ranges::max_element(lexical, {}, &RankedPassage::score);
  return {0.0, best == lexical.end() ? 1.0 : best->score};
}

}  // namespace

std::vector<RankedPassage> fuse(
    const std::vector<RankedPassage>& lexical, const std::vector<RankedPassage>& dense,
    const std::function<std::optional<double>(std::uint64_t)>& similarity) {
  if (dense.empty()) return lexical;
  const Scale words = scale_of_words(lexical);
  const Scale meaning = scale_of_cosines(dense);
  std::unordered_map<std::uint64_t, double> candidates;
  for (const RankedPassage& one : lexical) candidates.emplace(one.passage, words(one.score));
  for (const RankedPassage& one : dense) candidates.emplace(one.passage, 0.0);
  std::vector<RankedPassage> fused;
  fused.reserve(candidates.size());
  for (const auto& [passage, by_words] : candidates) {
    const std::optional<double> cosine = similarity(passage);
    const double by_meaning = cosine ? meaning(*cosine) : by_words;
    fused.push_back({passage, (1.0 - dense_weight) * by_words + dense_weight * by_meaning});
  }
  return fused;
}

}  // namespace seekd::cache
