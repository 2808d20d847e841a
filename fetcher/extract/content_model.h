// How much of a block's text is main content, told from its features by a learned ensemble of
// decision trees.
//
// Pure; any thread; the same on every machine but for the rounding of float sums. The trees are
// oblivious (L. Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features",
// 2018): all nodes of a level ask the same question, so that a tree is a table of answers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fetcher/extract/feature_table.h"

namespace seekd::fetcher {

struct ModelTree {
  static constexpr std::size_t depth = 5;

  std::array<std::uint16_t, depth> features;          // columns of the feature table
  std::array<float, depth> borders;                   // is the feature greater? bit i of the answer
  std::array<float, std::size_t{1} << depth> leaves;  // by answer, added to the log-odds
};

struct ContentModel {
  std::span<const std::string_view> features;  // the names that the table must have
  float bias;                                  // log-odds before the first tree
  std::span<const ModelTree> trees;
};

// content_model_data.cpp, which scripts/train-extraction writes.
extern const ContentModel content_model;

// The share of each row's text, 0 to 1. REQUIRES: the table has the features of the model.
std::vector<float> content_scores(const ContentModel& model, const FeatureTable& table);

}  // namespace seekd::fetcher
