#include "cache/index/posting_cursor.h"

#include <algorithm>

namespace seekd::cache {

void PostingCursor::load_head() {
  is_decoded_ = false;
  if (!at_end()) head_ = list_.head(block_);
}

void PostingCursor::next_block() {
  before_ = head_.last;
  if (!head_.is_open()) packed_.remove_prefix(head_.bytes());
  ++block_;
  load_head();
}

void PostingCursor::seek(std::uint32_t passage) {
  while (!at_end() && head_.last < passage) next_block();
}

void PostingCursor::decode() {
  if (is_decoded_) return;
  is_decoded_ = true;
  if (!head_.is_open()) {
    if (decode_block(packed_, head_, before_, decoded_)) return;
  } else if (std::vector<NewPosting> open; decode_open(list_.open(), head_, before_, open)) {
    decoded_.size = open.size();
    for (std::size_t i = 0; i < open.size(); ++i) {
      decoded_.passages[i] = open[i].passage;
      decoded_.counts[i] = open[i].count;
    }
    std::fill(decoded_.passages.begin() + static_cast<std::ptrdiff_t>(decoded_.size),
              decoded_.passages.end(), UINT16_MAX);
    return;
  }
  damaged_ = true;
  decoded_.size = 0;
}

std::size_t PostingCursor::first_from(std::uint32_t passage) const {
  // The block's last is not before it, so that one is found; no branch that could be guessed wrong.
  std::size_t i = 0;
  for (std::size_t step = postings_per_block / 2; step > 0; step /= 2) {
    i += decoded_.passages[i + step - 1] < passage ? step : 0;
  }
  return i;
}

FixedScore PostingCursor::bound(std::uint32_t begin, std::uint32_t end, const Bm25& bm25) {
  seek(begin);
  if (at_end() || before_ + 1 >= static_cast<std::int64_t>(end)) return 0;
  // A block that goes beyond the window may have nothing in it.
  if (head_.last >= end) return bound_decoded(begin, end, bm25);
  FixedScore greatest = 0;
  for (std::size_t block = block_; block < list_.blocks(); ++block) {
    const BlockHead head = list_.head(block);
    greatest = std::max(greatest, bm25.bound(weight_, head.count_max, head.length_min));
    if (head.last + 1U >= end) break;
  }
  return greatest;
}

FixedScore PostingCursor::bound_decoded(std::uint32_t begin, std::uint32_t end, const Bm25& bm25) {
  decode();
  FixedScore greatest = 0;
  for (std::size_t i = first_from(begin); i < decoded_.size && decoded_.passages[i] < end; ++i) {
    greatest = std::max(greatest, score(i, bm25));
  }
  return greatest;
}

FixedScore PostingCursor::find(std::uint32_t passage, const Bm25& bm25) {
  seek(passage);
  if (at_end() || before_ >= static_cast<std::int64_t>(passage)) return 0;
  decode();
  const std::size_t i = first_from(passage);
  return i < decoded_.size && decoded_.passages[i] == passage ? score(i, bm25) : 0;
}

}  // namespace seekd::cache
