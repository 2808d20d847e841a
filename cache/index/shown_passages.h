// ShownPassages: what a search shows, collected best first, of passages that say the same one.
//
// One thread. decisions/0016 says what counts as the same.

#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cache/index/passage_loader.h"
#include "cache/near_duplicates.h"
#include "cache/page_cache.h"

namespace seekd::cache {

class ShownPassages {
 public:
  explicit ShownPassages(Duplicates duplicates) : duplicates_(duplicates) {}

  // Shows it, or notes its URL with the one that says the same.
  void add(FoundPassage found);

  std::size_t size() const { return passages_.size(); }
  std::vector<Passage> take() { return std::move(passages_); }

 private:
  void set_aside(const NearDuplicates::Stand& stand, FoundPassage found);

  const Duplicates duplicates_;
  NearDuplicates near_;
  std::vector<Passage> passages_;
  std::vector<std::string> canonical_urls_;  // by passage
};

}  // namespace seekd::cache
