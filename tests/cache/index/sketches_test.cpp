// Sketches, and the search that draws its shortlist by them, against the plain computation.

#include "cache/index/sketches.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "cache/index/bit_sums.h"
#include "cache/index/passage_table.h"
#include "cache/index/shortlist.h"
#include "cache/index/vector_index.h"
#include "tests/cache/index/word_embedding.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

using Vector = std::vector<float>;

Vector near(std::mt19937& source, const Vector& center, float apart) {
  std::normal_distribution<float> normal(0.0F,
                                         apart / std::sqrt(static_cast<float>(center.size())));
  Vector vector = center;
  for (float& value : vector) value += normal(source);
  const float length =
      std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F));
  for (float& value : vector) value /= length;
  return vector;
}

VectorRecord record_of(const Vector& vector, std::string host) {
  QuantizedVector quantized = quantize(vector);
  return {.host = std::move(host), .scale = quantized.scale, .values = std::move(quantized.values)};
}

std::set<std::uint64_t> numbers(const std::vector<RankedPassage>& passages) {
  std::set<std::uint64_t> numbers;
  for (const RankedPassage& one : passages) numbers.insert(one.passage);
  return numbers;
}

// Rows of 70 components about a hundred centres that lie in one half of the space.
class Crowd {
 public:
  explicit Crowd(std::size_t count) : embedding_(embedding_of(std::make_shared<WordEmbedding>())) {
    const Vector common(embedding_.dimension, 0.1F);
    for (int i = 0; i < 100; ++i) centers_.push_back(near(source_, common, 1.0F));
    for (std::uint64_t passage = 0; passage < count; ++passage) {
      index.put(passage, record_of(any(), passage % 4 == 0 ? "few.org" : "many.org"));
    }
  }

  Vector any() { return near(source_, centers_[source_() % centers_.size()], 0.7F); }

 private:
  const Embedding embedding_;
  std::mt19937 source_{7};
  std::vector<Vector> centers_;

 public:
  VectorIndex index{&embedding_};
};

double recall(Crowd& crowd, const PassageFilter& filter) {
  constexpr std::size_t wanted = 100;
  constexpr int queries = 20;
  std::size_t found = 0;
  for (int i = 0; i < queries; ++i) {
    const QuantizedVector query = crowd.index.query(crowd.any());
    const auto all = numbers(crowd.index.nearest_of_all(query, wanted, filter));
    REQUIRE(all.size() == wanted);
    for (std::uint64_t passage : numbers(crowd.index.nearest(query, wanted, filter))) {
      found += all.count(passage);
    }
  }
  return static_cast<double>(found) / static_cast<double>(wanted * queries);
}

}  // namespace

TEST_CASE("Bit sums are the same in every instruction set") {
  std::mt19937_64 source(3);
  for (std::size_t words : {1, 2, 6, 12, 16}) {
    std::vector<std::uint64_t> planes(words * bit_planes);
    std::vector<std::uint64_t> blocks(words * 40);
    for (auto* bits : {&planes, &blocks}) std::ranges::generate(*bits, [&] { return source(); });
    std::vector<std::int32_t> sums(40);
    std::vector<std::int32_t> expected(40);
    bit_sums(planes, blocks, sums);
    bit_sums_portable(planes, blocks, expected);
    CHECK(sums == expected);
  }
}

TEST_CASE("A bit is worth 1, 2, 4 and -8 by its plane") {
  const std::vector<std::uint64_t> planes{1, 1, 0, 2};  // 3 where bit 0 is set, -8 where bit 1 is
  const std::vector<std::uint64_t> blocks{0, 1, 2, 3, 4, 5, 6, 7};
  std::vector<std::int32_t> sums(8);
  bit_sums_portable(planes, blocks, sums);
  CHECK(sums == std::vector<std::int32_t>{0, 3, -8, -5, 0, 3, -8, -5});
}

TEST_CASE("An estimate is near the product of query and row, wherever the rows lie") {
  std::mt19937 source(4);
  const Vector common(384, 0.05F);
  Sketches sketches(384);
  sketches.set_center(common);
  std::vector<Vector> rows;
  for (int i = 0; i < 100; ++i) {
    rows.push_back(near(source, common, 1.0F));
    const QuantizedVector row = quantize(rows.back());
    sketches.append(row.values, row.scale);
  }
  // The last takes the first's place.
  sketches.remove(0);
  rows[0] = rows.back();
  rows.pop_back();
  const Vector vector = near(source, rows[50], 0.5F);
  const QuantizedVector query = quantize(vector);
  std::vector<float> estimates(rows.size());
  sketches.estimate(sketches.query(query.values, query.scale), 0, estimates);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double product = std::inner_product(vector.begin(), vector.end(), rows[i].begin(), 0.0);
    CHECK(estimates[i] == Approx(product).margin(0.15));
  }
}

TEST_CASE("A shortlist holds the best of all that were offered") {
  Shortlist list(10);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::uint32_t number = i * 7 % 1000;
    list.offer({number, static_cast<float>(number)});
  }
  std::vector<Shortlist::Row> rows = list.take();
  REQUIRE(rows.size() == 10);
  CHECK(std::ranges::all_of(rows, [](const Shortlist::Row& row) { return row.number >= 990; }));
}

TEST_CASE("Of forty thousand vectors the sketches miss less than one of a hundred") {
  Crowd crowd(40'000);
  CHECK(recall(crowd, {}) > 0.99);
  PassageFilter filter;
  filter.host = [](std::string_view host) { return host == "few.org"; };
  CHECK(recall(crowd, filter) > 0.99);
  for (std::uint64_t passage = 0; passage < 40'000; passage += 8) crowd.index.remove(passage);
  CHECK(recall(crowd, {}) > 0.99);
}

TEST_CASE("Asked for passages are looked at whatever the sketches say of them") {
  Crowd crowd(40'000);
  const std::unordered_set<std::uint64_t> asked{1, 39'999, 50'000};
  PassageFilter filter;
  filter.passages = &asked;
  const auto found = crowd.index.nearest(crowd.index.query(crowd.any()), 10, filter);
  CHECK(numbers(found) == std::set<std::uint64_t>{1, 39'999});
}

TEST_CASE("A passage is found by its number until it is taken out, however far the numbers lie") {
  PassageTable table;
  const std::vector<std::uint64_t> passages{0, 255, 256, 1'000'000'007, UINT64_MAX};
  for (std::uint64_t passage : passages) table.add(passage, 5).row = 9;
  for (std::uint64_t passage : passages) {
    REQUIRE(table.find(passage) != nullptr);
    CHECK(table.find(passage)->row == 9);
    CHECK(table.find(passage ^ 1) == nullptr);
    table.remove(passage);
    CHECK(table.find(passage) == nullptr);
  }
}
