// Posting lists: for a term and a chunk of passages, which of them hold it and how often.
//
// Passages are numbered in the order they are stored and their numbers never used again, so that
// new postings go to the end. A list is blocks of up to 128 postings, their distances and counts
// packed, and a directory that says of each block where it ends, the greatest count and the least
// length in it: a search passes over a block that can add too little (S. Ding, T. Suel, "Faster
// Top-k Document Retrieval Using Block-Max Indexes", 2011). The last block may be open: varints,
// with each passage's length, until it is full. decode functions trust nothing. An empty list is
// no bytes. Pure functions and plain values, any thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::cache {

inline constexpr std::uint64_t passages_per_chunk = 65'536;
inline constexpr std::size_t postings_per_block = 128;
inline constexpr std::uint32_t count_max = 65'535;  // greater counts and lengths are this

struct Posting {
  std::uint16_t passage = 0;  // within its chunk
  std::uint16_t count = 0;    // of the term in the passage

  bool operator==(const Posting&) const = default;
};

// A posting as it comes, with what a block's bounds are made of.
struct NewPosting {
  std::uint16_t passage = 0;
  std::uint16_t count = 0;
  std::uint16_t length = 0;  // of the passage, terms

  bool operator==(const NewPosting&) const = default;
};

// One entry of the directory.
struct BlockHead {
  std::uint16_t last = 0;  // passage
  std::uint16_t count_max = 0;
  std::uint16_t length_min = 0;  // none is shorter; of those that were removed too
  std::uint8_t postings = 0;     // 1 to 128
  std::uint8_t distance_bits = 0;

  bool is_open() const;
  unsigned count_bits() const;
  std::size_t bytes() const;  // of a block that is packed
};

// A block's postings, by passage.
struct DecodedBlock {
  std::size_t size = 0;
  std::array<std::uint16_t, postings_per_block> passages{};  // behind `size` 65535
  std::array<std::uint16_t, postings_per_block> counts{};
};

// A list as it is stored; points into the bytes it was read from.
class PostingList {
 public:
  PostingList() = default;

  // nullopt: the bytes are damaged. What is inside the blocks is looked at by decode().
  static std::optional<PostingList> read(std::string_view bytes);

  std::uint32_t postings() const { return postings_; }
  std::size_t blocks() const { return blocks_; }
  BlockHead head(std::size_t block) const;

  // Where a block's bytes are: packed blocks in a row, the open one behind all.
  std::string_view packed() const { return packed_; }
  std::string_view open() const { return open_; }

 private:
  std::uint32_t postings_ = 0;
  std::size_t blocks_ = 0;
  std::string_view packed_;
  const char* directory_ = nullptr;
  std::string_view open_;
};

// `bytes`: from the block's first in packed() on, or open(). `before`: the last passage of the
// block before, -1 for the first one. False when they contradict the head.
[[nodiscard]] bool decode_block(std::string_view bytes, const BlockHead& head, int before,
                                DecodedBlock& block);
[[nodiscard]] bool decode_open(std::string_view bytes, const BlockHead& head, int before,
                               std::vector<NewPosting>& postings);

// All of a list; appends. False when the bytes are damaged.
[[nodiscard]] bool decode(std::string_view bytes, std::vector<Posting>& postings);

std::string posting_key(std::string_view term, std::uint64_t chunk);

// A key's term and chunk; nullopt when it has another shape.
struct PostingKey {
  std::string_view term;
  std::uint64_t chunk = 0;
};
std::optional<PostingKey> parse_posting_key(std::string_view key);

// Puts a list together, block by block and posting by posting, each behind those before.
class PostingListBuilder {
 public:
  // A block as another list has it. False when it is damaged. REQUIRES: it is packed.
  [[nodiscard]] bool append_block(const BlockHead& head, std::string_view bytes, int before);

  // What is left of a block. REQUIRES: not empty.
  void append_rest(std::span<const Posting> postings, std::uint16_t length_min);

  // False when it is not behind the postings before.
  [[nodiscard]] bool append(const NewPosting& posting);

  std::string finish();

 private:
  void close_rest();
  void close_open();
  void pack(std::span<const Posting> postings, std::uint16_t length_min);
  void add_head(const BlockHead& head);

  std::uint32_t postings_ = 0;
  std::size_t blocks_ = 0;
  int last_ = -1;      // of the packed blocks
  int appended_ = -1;  // of all
  std::string packed_;
  std::string directory_;
  std::vector<Posting> rest_;  // of blocks that lost some, to be packed together
  std::uint16_t rest_length_min_ = 0;
  std::vector<NewPosting> open_;
};

}  // namespace seekd::cache
