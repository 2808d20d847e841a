// TermReaders: readers that no search uses right now. Making one costs more than a search of few
// passages.
//
// Any thread.

#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "cache/index/terms.h"
#include "policy/result.h"

namespace seekd::cache {

class TermReaders {
 public:
  Result<TermReader> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return TermReader::create();
    TermReader reader = std::move(free_.back());
    free_.pop_back();
    return reader;
  }

  void give(TermReader reader) {
    const std::lock_guard lock(mutex_);
    if (free_.size() < free_max) free_.push_back(std::move(reader));
  }

 private:
  static constexpr std::size_t free_max = 16;

  std::mutex mutex_;
  std::vector<TermReader> free_;
};

}  // namespace seekd::cache
