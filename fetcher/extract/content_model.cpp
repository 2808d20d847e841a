#include "fetcher/extract/content_model.h"

#include <cassert>
#include <cmath>

namespace seekd::fetcher {
namespace {

using Lanes = std::array<std::uint32_t, FeatureTable::lanes>;

[[gnu::always_inline]] inline Lanes answers(const ModelTree& tree, const FeatureTable& table,
                                            std::size_t first_row) {
  Lanes answer{};
  for (std::size_t level = 0; level < ModelTree::depth; ++level) {
    const float* column = table.column(tree.features[level]) + first_row;
    const float border = tree.borders[level];
    const std::uint32_t bit = 1U << level;
    for (std::size_t i = 0; i < answer.size(); ++i) {
      answer[i] |= column[i] > border ? bit : 0U;
    }
  }
  return answer;
}

// As many rows at once as the processor has lanes for.
[[gnu::target_clones("avx512f", "avx2", "default")]]
void add_tree(const ModelTree& tree, const FeatureTable& table, std::span<float> scores) {
  for (std::size_t row = 0; row < scores.size(); row += FeatureTable::lanes) {
    const Lanes answer = answers(tree, table, row);
    for (std::size_t i = 0; i < answer.size(); ++i) scores[row + i] += tree.leaves[answer[i]];
  }
}

float share_of(float log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

}  // namespace

std::vector<float> content_scores(const ContentModel& model, const FeatureTable& table) {
  assert(table.rows() == 0 || table.names().size() == model.features.size());
  std::vector<float> scores(table.stride(), model.bias);
  for (const ModelTree& tree : model.trees) add_tree(tree, table, scores);
  scores.resize(table.rows());
  for (float& score : scores) score = share_of(score);
  return scores;
}

}  // namespace seekd::fetcher
