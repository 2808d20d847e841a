// BestPassages: the best `count` of the passages that a search offers, in any order.
//
// One search each; not thread-safe. Of equal scores the passage that was stored first is better.
#pragma once

#include <cstddef>
#include <queue>
#include <vector>

#include "cache/index/lexical_index.h"

namespace seekd::cache {

class BestPassages {
 public:
  explicit BestPassages(std::size_t count) : count_(count) {}

  std::size_t count() const { return count_; }

  // What a passage has to pass to be among them.
  double threshold() const { return heap_.size() < count_ ? 0.0 : heap_.top().score; }

  void offer(const RankedPassage& passage) {
    if (heap_.size() == count_) {
      if (count_ == 0 || !Better{}(passage, heap_.top())) return;
      heap_.pop();
    }
    heap_.push(passage);
  }

  // All of them, the worst first.
  std::vector<RankedPassage> take() {
    std::vector<RankedPassage> all;
    for (; !heap_.empty(); heap_.pop()) all.push_back(heap_.top());
    return all;
  }

 private:
  struct Better {
    bool operator()(const RankedPassage& a, const RankedPassage& b) const {
      return a.score != b.score ? a.score > b.score : a.passage < b.passage;
    }
  };

  const std::size_t count_;
  // The worst on top.
  std::priority_queue<RankedPassage, std::vector<RankedPassage>, Better> heap_;
};

}  // namespace seekd::cache
