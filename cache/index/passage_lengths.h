// PassageLengths: how many terms each passage has, in memory, where every search looks it up.
//
// Two bytes a passage. What `terms` has under the empty term, loaded when the cache is opened; a
// passage is put here before its batch is written, so that no search sees a posting without its
// length. Any thread.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "cache/database.h"
#include "cache/index/posting_list.h"
#include "policy/result.h"

namespace seekd::cache {

// Under this term each passage counts as often as it has terms. No text has it.
inline constexpr std::string_view lengths_term;

class PassageLengths {
 public:
  using Chunk = std::array<std::atomic<std::uint16_t>, passages_per_chunk>;  // 0: not there

  // Errors: corrupt, io.
  Status load(const ReadView& view);

  // A length of 0 is none: nothing finds such a passage.
  void put(std::uint64_t passage, std::uint32_t length);
  void remove(std::uint64_t passage);

  // Those that have passages, in order; they stay while they are held.
  struct NumberedChunk {
    std::uint64_t number = 0;
    std::shared_ptr<const Chunk> lengths;
  };
  std::vector<NumberedChunk> chunks() const;

 private:
  struct Entry {
    std::shared_ptr<Chunk> lengths;
    std::uint64_t passages = 0;
  };

  mutable std::mutex mutex_;  // guards chunks_, not the lengths in them
  std::map<std::uint64_t, Entry> chunks_;
};

}  // namespace seekd::cache
