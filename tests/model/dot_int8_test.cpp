#include "model/kernels/dot_int8.h"

#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

namespace seekd::model {

TEST_CASE("dot products of bytes are exact, at the ends of their range too") {
  std::mt19937 source(3);
  for (const std::size_t size : {64, 384, 1024, 65536}) {
    std::vector<std::int8_t> query(size);
    std::vector<std::int8_t> rows(size * 5);
    for (auto& value : query) value = static_cast<std::int8_t>(source());
    for (auto& value : rows) value = static_cast<std::int8_t>(source());
    std::fill_n(rows.begin(), size, std::numeric_limits<std::int8_t>::min());
    std::fill_n(rows.begin() + static_cast<std::ptrdiff_t>(size), size,
                std::numeric_limits<std::int8_t>::max());
    std::vector<std::int32_t> scores(5);
    dot_int8(query, rows, scores);
    for (std::size_t i = 0; i < 5; ++i) {
      std::int64_t expected = 0;
      for (std::size_t k = 0; k < size; ++k) expected += query[k] * rows[i * size + k];
      CHECK(scores[i] == expected);
    }
  }
}

}  // namespace seekd::model
