// Posting lists: for a term and a chunk of passages, which of them hold it and how often.
//
// Passages are numbered in the order they are stored and their numbers never used again, so that
// new postings go to the last chunk and the lists before it lie still. A stored list and what is
// merged into it have one form: varints of the number of postings, of the greatest count and the
// least length among them (what a search needs to know before it reads on), then per posting its
// distance to the one before, count, length. Pure functions, any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class MergeOperator;
}

namespace seekd::cache {

inline constexpr std::uint64_t passages_per_chunk = 4096;

struct Posting {
  std::uint32_t passage = 0;  // within its chunk
  std::uint32_t count = 0;    // of the term in the passage
  std::uint32_t length = 0;   // of the passage, terms

  bool operator==(const Posting&) const = default;
};

// What stands before the postings of a list.
struct PostingHead {
  std::uint32_t postings = 0;
  std::uint32_t count_max = 0;
  std::uint32_t length_min = 0;
};

// By passage, each once.
std::string encode(const std::vector<Posting>& postings);

// Appends; false when the bytes are damaged.
[[nodiscard]] bool decode(std::string_view bytes, std::vector<Posting>& postings);

// The head alone; nullopt when it is damaged.
std::optional<PostingHead> decode_head(std::string_view bytes);

std::string posting_key(std::string_view term, std::uint64_t chunk);
std::string posting_prefix(std::string_view term);

// The chunk of a key that begins with posting_prefix(term); nullopt when it has another shape.
std::optional<std::uint64_t> parse_chunk(std::string_view key, std::string_view prefix);

// Lists merged into one; of a passage that occurs twice, the later posting counts. Any thread.
std::shared_ptr<rocksdb::MergeOperator> posting_merge_operator();

}  // namespace seekd::cache
