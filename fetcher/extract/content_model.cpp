#include "fetcher/extract/content_model.h"

#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace seekd::fetcher {
namespace {

// Of so many rows: the values of a column, and the answers to a tree's questions.
using Values [[gnu::vector_size(FeatureTable::lanes * sizeof(float))]] = float;
using Answers [[gnu::vector_size(FeatureTable::lanes * sizeof(float))]] = std::int32_t;

// As many rows at once as the processor has lanes for.
[[gnu::target_clones("avx512f", "avx2", "default")]]
void add_tree(const ModelTree& tree, const FeatureTable& table, std::span<float> scores) {
  for (std::size_t row = 0; row < scores.size(); row += FeatureTable::lanes) {
    Answers answer{};
    for (std::size_t level = 0; level < ModelTree::depth; ++level) {
      Values column;
      std::memcpy(&column, table.column(tree.features[level]) + row, sizeof column);
      answer |= (column > tree.borders[level]) & (1 << level);
    }
    for (std::size_t i = 0; i < FeatureTable::lanes; ++i) {
      scores[row + i] += tree.leaves[static_cast<std::size_t>(answer[i])];
    }
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
