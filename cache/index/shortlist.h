// Shortlist: the rows that an estimate puts first, a few thousand of a million.
//
// One scan each; not thread-safe. Twice as many are held as are wanted, and the worse half goes
// when it is full: a heap of thousands costs more.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace seekd::cache {

class Shortlist {
 public:
  struct Row {
    std::uint32_t number = 0;
    float estimate = 0.0F;
  };

  // REQUIRES: count > 0.
  explicit Shortlist(std::size_t count) : count_(count) { rows_.reserve(2 * count); }

  // What a row has to pass to be listed.
  float threshold() const { return threshold_; }

  void offer(Row row) {
    if (!(row.estimate > threshold_)) return;
    rows_.push_back(row);
    if (rows_.size() == 2 * count_) shrink();
  }

  // At most `count`, in no order.
  std::vector<Row> take() {
    if (rows_.size() > count_) shrink();
    return std::move(rows_);
  }

 private:
  void shrink() {
    const auto last = rows_.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
    std::ranges::nth_element(rows_, last, std::ranges::greater{}, &Row::estimate);
    threshold_ = last->estimate;
    rows_.resize(count_);
  }

  const std::size_t count_;
  float threshold_ = std::numeric_limits<float>::lowest();
  std::vector<Row> rows_;
};

}  // namespace seekd::cache
