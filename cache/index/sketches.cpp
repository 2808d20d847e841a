#include "cache/index/sketches.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "cache/index/bit_sums.h"

namespace seekd::cache {
namespace {

constexpr std::size_t word_bits = 64;
constexpr float query_steps = 7.0F;  // of -8 … 7

}  // namespace

Sketches::Sketches(std::size_t components)
    : words_(components / word_bits), center_(components, 0.0F) {
  assert(components % word_bits == 0);
}

std::uint64_t& Sketches::word(std::size_t row, std::size_t number) {
  const std::size_t in_chunk = row % rows_per_chunk;
  return chunks_[row / rows_per_chunk]
                [(in_chunk / rows_per_block * words_ + number) * rows_per_block +
                 in_chunk % rows_per_block];
}

void Sketches::append(std::span<const std::int8_t> values, float scale) {
  assert(values.size() == center_.size());
  const std::size_t row = factors_.size();
  if (row == chunks_.size() * rows_per_chunk) {
    chunks_.push_back(std::make_unique<std::uint64_t[]>(rows_per_chunk * words_));
  }
  float lengths = 0.0F;
  float squares = 0.0F;
  for (std::size_t number = 0; number < words_; ++number) {
    std::uint64_t bits = 0;
    for (std::size_t bit = 0; bit < word_bits; ++bit) {
      const std::size_t i = number * word_bits + bit;
      const float apart = scale * static_cast<float>(values[i]) - center_[i];
      bits |= std::uint64_t{apart > 0.0F} << bit;
      lengths += std::abs(apart);
      squares += apart * apart;
    }
    word(row, number) = bits;
  }
  factors_.push_back(lengths > 0.0F ? squares / lengths : 0.0F);
}

void Sketches::remove(std::size_t row) {
  const std::size_t last = factors_.size() - 1;
  for (std::size_t number = 0; number < words_; ++number) word(row, number) = word(last, number);
  factors_[row] = factors_[last];
  factors_.pop_back();
  if (last == (chunks_.size() - 1) * rows_per_chunk) chunks_.pop_back();
}

Sketches::Query Sketches::query(std::span<const std::int8_t> values, float scale) const {
  assert(values.size() == center_.size());
  Query query;
  query.planes.resize(words_ * bit_planes);
  int greatest = 1;
  for (std::int8_t value : values) greatest = std::max(greatest, std::abs(int{value}));
  const float per_step = static_cast<float>(greatest) / query_steps;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    query.center += scale * value * center_[i];
    const auto steps = static_cast<std::int32_t>(std::nearbyint(value / per_step));
    query.total += steps;
    for (std::size_t plane = 0; plane < bit_planes; ++plane) {
      const auto bit = static_cast<std::uint64_t>(steps >> plane & 1);
      query.planes[i / word_bits * bit_planes + plane] |= bit << i % word_bits;
    }
  }
  query.step = per_step * scale;
  return query;
}

void Sketches::estimate(const Query& query, std::size_t first, std::span<float> estimates) const {
  assert(first % rows_per_chunk == 0 && estimates.size() <= rows_per_chunk);
  assert(first + estimates.size() <= factors_.size());
  std::array<std::int32_t, rows_per_chunk> sums;
  const std::size_t rows =
      (estimates.size() + rows_per_block - 1) / rows_per_block * rows_per_block;
  bit_sums(query.planes, {chunks_[first / rows_per_chunk].get(), rows * words_},
           std::span(sums).first(rows));
  // A component of the row's sign is 1 where the bit is set and -1 where it is not.
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const auto product = static_cast<float>(2 * sums[i] - query.total);
    estimates[i] = query.center + query.step * factors_[first + i] * product;
  }
}

}  // namespace seekd::cache
