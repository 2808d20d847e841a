// Sketches: a bit a component of every row, to tell which rows may be near without reading them.
//
// J. Gao, C. Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for
// Approximate Nearest Neighbor Search", SIGMOD 2024, around one centre: a bit is the sign of a
// component of row - centre, and one factor a row makes the product with a query of four bits a
// component an unbiased estimate of the row's own. Kept in memory alone: what is stored are the
// rows. Not thread-safe; const members may be called at once.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace seekd::cache {

class Sketches {
 public:
  // `components`: of a row, with its padding. REQUIRES: a multiple of 64.
  explicit Sketches(std::size_t components);

  std::size_t size() const { return factors_.size(); }

  // What the rows lie around. REQUIRES: there is no row yet; center.size() is components.
  void set_center(std::vector<float> center) { center_ = std::move(center); }

  // The row `scale` times `values`, behind all others. REQUIRES: values.size() is components.
  void append(std::span<const std::int8_t> values, float scale);

  // The last row takes the place of `row`.
  void remove(std::size_t row);

  // A query as the rows are compared with it.
  struct Query {
    std::vector<std::uint64_t> planes;  // [components / 64, bit_planes]
    float step = 0.0F;                  // what 1 of a component is worth
    std::int32_t total = 0;             // sum of all components
    float center = 0.0F;                // its product with the centre
  };
  // REQUIRES: values.size() is components.
  Query query(std::span<const std::int8_t> values, float scale) const;

  static constexpr std::size_t rows_per_chunk = 4096;

  // About the query's products with the rows from `first` on.
  // REQUIRES: first is a multiple of rows_per_chunk; estimates.size() is at most that, and all rows
  // are there.
  void estimate(const Query& query, std::size_t first, std::span<float> estimates) const;

 private:
  std::uint64_t& word(std::size_t row, std::size_t number);

  const std::size_t words_;  // of a row
  std::vector<float> center_;
  std::vector<std::unique_ptr<std::uint64_t[]>> chunks_;  // as bit_sums() takes them
  std::vector<float> factors_;                            // by row
};

}  // namespace seekd::cache
