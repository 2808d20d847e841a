// The vectors in memory against the plain computation.

#include "cache/index/vector_index.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

#include "tests/cache/index/word_embedding.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

std::vector<float> random_vector(std::mt19937& source, std::size_t dimension) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimension);
  for (float& value : vector) value = normal(source);
  const float length =
      std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F));
  for (float& value : vector) value /= length;
  return vector;
}

VectorRecord record_of(const std::vector<float>& vector, std::string host) {
  QuantizedVector quantized = quantize(vector);
  return {.host = std::move(host), .scale = quantized.scale, .values = std::move(quantized.values)};
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

TEST_CASE("Rounding to a byte moves a cosine by less than a hundredth") {
  std::mt19937 source(1);
  const Embedding embedding = embedding_of(std::make_shared<WordEmbedding>());
  VectorIndex index(&embedding);
  const std::vector<float> query = random_vector(source, embedding.dimension);
  for (std::uint64_t passage = 0; passage < 200; ++passage) {
    const std::vector<float> vector = random_vector(source, embedding.dimension);
    index.put(passage, record_of(vector, "a.org"));
    CHECK(*index.similarity(index.query(query), passage) ==
          Approx(cosine(query, vector)).margin(0.01));
  }
}

TEST_CASE("The nearest of ten thousand are found whatever was taken out before") {
  std::mt19937 source(2);
  const Embedding embedding = embedding_of(std::make_shared<WordEmbedding>());
  VectorIndex index(&embedding);
  std::map<std::uint64_t, std::vector<float>> kept;
  for (std::uint64_t passage = 0; passage < 10'000; ++passage) {
    kept[passage] = random_vector(source, embedding.dimension);
    index.put(passage, record_of(kept[passage], passage % 2 == 0 ? "even.org" : "odd.org"));
    if (source() % 3 != 0) continue;
    const auto gone = std::next(kept.begin(), static_cast<std::ptrdiff_t>(source() % kept.size()));
    index.remove(gone->first);
    kept.erase(gone);
  }
  REQUIRE(index.vector_count() == kept.size());
  const std::vector<float> query = random_vector(source, embedding.dimension);
  const QuantizedVector quantized = index.query(query);
  PassageFilter filter;
  filter.host = [](std::string_view host) { return host == "odd.org"; };
  std::vector<RankedPassage> expected;
  for (const auto& [passage, vector] : kept) {
    if (passage % 2 == 1) expected.push_back({passage, *index.similarity(quantized, passage)});
  }
  const auto better = [](const RankedPassage& x, const RankedPassage& y) {
    return x.score > y.score;
  };
  std::ranges::sort(expected, better);
  auto found = index.nearest(quantized, 50, filter);
  std::ranges::sort(found, better);
  REQUIRE(found.size() == 50);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i].score == expected[i].score);
  for (const auto& [passage, vector] : kept) index.remove(passage);
  CHECK(index.nearest(quantized, 50, {}).empty());
}

TEST_CASE("What is no number is near nothing") {
  const std::vector<float> broken{1.0F, std::nanf(""), INFINITY};
  const QuantizedVector quantized = quantize(broken);
  CHECK(quantized.scale == 0.0F);
  CHECK(std::ranges::all_of(quantized.values, [](int value) { return value == 0; }));
  CHECK(quantize(std::vector<float>(3)).scale == 0.0F);
}

TEST_CASE("Waiting passages come oldest first, and one that was given up comes no more") {
  const Embedding embedding = embedding_of(std::make_shared<WordEmbedding>());
  VectorIndex index(&embedding);
  for (std::uint64_t passage : {5, 3, 9})
    index.put(passage, {.host = "a.org", .scale = 0, .values = {}});
  CHECK(index.waiting(2) == std::vector<std::uint64_t>{3, 5});
  index.give_up(3);
  index.remove(5);
  CHECK(index.waiting(2) == std::vector<std::uint64_t>{9});
  VectorIndex without(nullptr);
  without.put(1, {.host = "a.org", .scale = 0, .values = {}});
  CHECK(without.waiting(2).empty());
}
