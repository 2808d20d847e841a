// Numbers of each block of a page, a column per feature: what the classifier reads.
//
// Not thread-safe while it is written; afterwards any thread may read it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::fetcher {

class FeatureTable {
 public:
  // Rows of a column stand in steps of this many, so that loops over them have no rest.
  static constexpr std::size_t lanes = 16;

  explicit FeatureTable(std::size_t rows)
      : rows_(rows), stride_((rows + lanes - 1) / lanes * lanes) {}

  // Rows are written in order, each with the same features in the same order.
  void begin_row() { at_ = written_++; }
  void add(std::string_view name, double value) { add({}, name, value); }
  // A feature of several alike: "previous ", "words".
  void add(std::string_view group, std::string_view name, double value) {
    if (written_ == 1) add_column(group, name);
    values_[at_] = static_cast<float>(value);
    at_ += stride_;
  }

  std::size_t rows() const { return rows_; }
  std::size_t stride() const { return stride_; }
  const std::vector<std::string>& names() const { return names_; }
  // stride() values.
  const float* column(std::size_t feature) const { return values_.data() + feature * stride_; }

 private:
  void add_column(std::string_view group, std::string_view name) {
    names_.push_back(std::string(group) + std::string(name));
    values_.resize(values_.size() + stride_);
  }

  std::size_t rows_;
  std::size_t stride_;
  std::size_t written_ = 0;  // rows begun
  std::size_t at_ = 0;       // in values_, the next of the row
  std::vector<std::string> names_;
  std::vector<float> values_;  // [features, stride]
};

}  // namespace seekd::fetcher
