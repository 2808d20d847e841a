// Bm25: what a posting adds to its passage's score.
//
// In fixed point: sums are then the same in every order of the terms, whichever of them a search
// could leave out. Plain value, any thread.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace seekd::cache {

using FixedScore = std::int64_t;
inline constexpr double fixed_score_one = 1 << 24;

inline double to_double(FixedScore score) {
  return static_cast<double>(score) / fixed_score_one;
}

class Bm25 {
 public:
  static constexpr float k1 = 1.2F;
  static constexpr float b = 0.75F;

  explicit Bm25(double mean_length)
      : per_length_(static_cast<float>(k1 * b / std::max(mean_length, 1.0))) {}

  // `weight`: as weigh() gives it.
  FixedScore operator()(float weight, std::uint16_t count, std::uint16_t length) const {
    const auto tf = static_cast<float>(count);
    const float divisor = tf + k1 * (1.0F - b) + per_length_ * static_cast<float>(length);
    // Never nothing, or what every passage has would find none.
    return 1 + static_cast<FixedScore>(weight * tf / divisor);
  }

  // Not less than any posting's score whose count is not greater and whose length is not less,
  // rounding included.
  FixedScore bound(float weight, std::uint16_t count_max, std::uint16_t length_min) const {
    const FixedScore score = (*this)(weight, count_max, length_min);
    return score + (score >> 20) + 1;
  }

 private:
  float per_length_;
};

// Of a term that the query has `count` times and `holding` of `passages` hold.
inline float weigh(double count, double holding, double passages) {
  const double idf = std::log1p(std::max(passages - holding + 0.5, 0.5) / (holding + 0.5));
  return static_cast<float>(count * idf * (Bm25::k1 + 1.0) * fixed_score_one);
}

}  // namespace seekd::cache
