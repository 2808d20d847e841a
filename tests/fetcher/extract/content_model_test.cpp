#include "fetcher/extract/content_model.h"

#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "fetcher/extract/block_features.h"

using seekd::fetcher::BlockFeatures;
using seekd::fetcher::content_model;
using seekd::fetcher::content_scores;
using seekd::fetcher::ContentModel;
using seekd::fetcher::FeatureTable;
using seekd::fetcher::HtmlTree;
using seekd::fetcher::ModelTree;
using seekd::fetcher::PageText;

namespace {

const std::string folder = "tests/fetcher/extract/";

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// As scripts/train-extraction's.
FeatureTable features_of_sample() {
  const auto tree = HtmlTree::parse(read(folder + "model_sample.html"));
  REQUIRE(tree);
  const auto url = seekd::policy::parse_url("https://example.org/news/2024/harbour-bridge");
  const auto claims = seekd::fetcher::read_claims(*tree, *url);
  const auto blocks = seekd::fetcher::read_blocks(*tree);
  const PageText page(*tree, blocks);
  return BlockFeatures(page, claims, *url).table({0, page.size()});
}

}  // namespace

TEST_CASE("the features are those that the model was trained on", "[extract][model]") {
  const FeatureTable table = features_of_sample();
  REQUIRE(table.names().size() == content_model.features.size());
  for (std::size_t i = 0; i < table.names().size(); ++i) {
    CHECK(table.names()[i] == content_model.features[i]);
  }
}

TEST_CASE("the trees say of a page what the library that trained them said", "[extract][model]") {
  const auto scores = content_scores(content_model, features_of_sample());
  std::ifstream expected(folder + "model_sample_scores.txt");
  std::size_t row = 0;
  for (double score = 0; expected >> score; ++row) {
    CAPTURE(row);
    REQUIRE(row < scores.size());
    CHECK(scores[row] == Approx(score).margin(1e-3));  // leaves are written with four digits
    expected.ignore(1000, '\n');
  }
  CHECK(row == scores.size());
}

TEST_CASE("a tree's answer is a bit per level, and trees are summed as log-odds",
          "[extract][model]") {
  ModelTree tree{.features = {0, 1, 0, 0, 0}, .borders = {1, 2, 9, 9, 9}, .leaves = {}};
  tree.leaves[0b01] = 1;
  tree.leaves[0b10] = -1;
  tree.leaves[0b11] = 2;
  const std::array<ModelTree, 2> trees{tree, tree};
  const std::array<std::string_view, 2> names{"a", "b"};
  FeatureTable table(4);
  for (const auto& [a, b] : {std::pair{1.5, 0.0}, {0.0, 3.0}, {1.5, 3.0}, {1.0, 2.0}}) {
    table.begin_row();
    table.add("a", a);
    table.add("b", b);
  }
  const auto scores = content_scores(ContentModel{names, 0.5F, trees}, table);
  REQUIRE(scores.size() == 4);
  CHECK(scores[0] == Approx(1 / (1 + std::exp(-2.5))));
  CHECK(scores[1] == Approx(1 / (1 + std::exp(1.5))));
  CHECK(scores[2] == Approx(1 / (1 + std::exp(-4.5))));
  CHECK(scores[3] == Approx(1 / (1 + std::exp(-0.5))));  // equal is not greater
}
