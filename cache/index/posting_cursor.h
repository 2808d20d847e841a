// PostingCursor: goes through one term's list of one chunk, window by window, forwards.
//
// Blocks are decoded when a posting of them is asked for, each once. One thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cache/index/bm25.h"
#include "cache/index/passage_lengths.h"
#include "cache/index/posting_list.h"

namespace seekd::cache {

class PostingCursor {
 public:
  // REQUIRES: the list's bytes and `lengths` outlive this.
  PostingCursor(const PostingList& list, float weight, const PassageLengths::Chunk& lengths)
      : list_(list), weight_(weight), lengths_(&lengths), packed_(list.packed()) {
    load_head();
  }

  // No passage from `begin` on, before `end`, gets more from this term; 0 when it is in none of
  // them. REQUIRES: begin is not before an earlier one.
  FixedScore bound(std::uint32_t begin, std::uint32_t end, const Bm25& bm25);

  // Calls visit(passage, score) for each of them. REQUIRES: as bound().
  template <class Visit>
  void for_each(std::uint32_t begin, std::uint32_t end, const Bm25& bm25, Visit visit) {
    for (seek(begin); !at_end() && before_ + 1 < static_cast<std::int64_t>(end); next_block()) {
      decode();
      std::size_t i = first_from(begin);
      for (; i < decoded_.size && decoded_.passages[i] < end; ++i) {
        visit(decoded_.passages[i], score(i, bm25));
      }
      if (i < decoded_.size || damaged_ || head_.last + 1U >= end) return;
    }
  }

  // What the passage gets from this term. REQUIRES: as bound().
  FixedScore find(std::uint32_t passage, const Bm25& bm25);

  bool damaged() const { return damaged_; }

 private:
  bool at_end() const { return block_ == list_.blocks(); }
  void load_head();
  void next_block();
  void seek(std::uint32_t passage);
  void decode();
  std::size_t first_from(std::uint32_t passage) const;
  FixedScore bound_decoded(std::uint32_t begin, std::uint32_t end, const Bm25& bm25);

  FixedScore score(std::size_t i, const Bm25& bm25) const {
    const std::uint16_t length = (*lengths_)[decoded_.passages[i]].load(std::memory_order_relaxed);
    // A passage that went since the view was taken has none any more.
    return bm25(weight_, decoded_.counts[i], length == 0 ? head_.length_min : length);
  }

  PostingList list_;
  float weight_;
  const PassageLengths::Chunk* lengths_;
  std::string_view packed_;  // from the block on
  std::size_t block_ = 0;
  int before_ = -1;  // the last passage of the block before
  BlockHead head_;   // of the block
  bool is_decoded_ = false;
  bool damaged_ = false;
  DecodedBlock decoded_;
};

}  // namespace seekd::cache
