// Passages of a page: pieces of its snapshot of about 80 to 250 tokens that follow its structure.
//
// A heading starts a passage; a section of few tokens takes its subsections in. Within a section,
// where a passage may end depends on the text of the next block alone (content-defined chunking, as
// in A. Muthitacharoen et al., "A Low-bandwidth Network File System", SOSP 2001): a paragraph put
// in or taken out moves the borders near it, and the passages after it stay as they were. Pure
// function, any thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/page.h"

namespace seekd::cache {

inline constexpr std::size_t passage_tokens_min = 80;  // a section's last passage may have less
inline constexpr std::size_t passage_tokens_max = 250;
inline constexpr std::size_t passages_max =
    10'000;  // of a page; the text after them is stored, and not searched
inline constexpr std::size_t heading_bytes_max = 200;  // of one heading in a path; the rest is cut

struct PassageSpan {
  std::string heading_path;    // "Chapter > Section", the section's own heading last, "" at the top
  std::size_t byte_begin = 0;  // of snapshot_text(blocks)
  std::size_t byte_end = 0;

  bool operator==(const PassageSpan&) const = default;
};

// In the order of the page, not overlapping, none empty.
std::vector<PassageSpan> split_passages(const std::vector<Block>& blocks);

// What a tokenizer would make of it, roughly: a word is one and another for every 12 bytes, an
// ideograph is one.
std::size_t estimate_tokens(std::string_view text);

}  // namespace seekd::cache
