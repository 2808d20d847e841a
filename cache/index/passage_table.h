// PassageTable: where each passage stands in memory, by its number.
//
// Passages are numbered as they are stored, so that numbers lie close together: leaves of 256 hold
// them, 8 bytes each, and a leaf goes with its last passage. Not thread-safe.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace seekd::cache {

class PassageTable {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct Entry {
    std::uint32_t host = none;  // of this run; none: the passage is not there
    std::uint32_t row = none;   // of its vector; none: it waits for one
  };

  // nullptr when it is not there. Good until the next add() or remove().
  const Entry* find(std::uint64_t passage) const;
  Entry* find(std::uint64_t passage);

  // The passage's entry, added where it was not there. REQUIRES: host != none.
  Entry& add(std::uint64_t passage, std::uint32_t host);

  // REQUIRES: it is there.
  void remove(std::uint64_t passage);

 private:
  static constexpr std::size_t passages_per_leaf = 256;

  struct Leaf {
    std::array<Entry, passages_per_leaf> entries;
    std::size_t used = 0;
  };

  std::unordered_map<std::uint64_t, std::unique_ptr<Leaf>> leaves_;  // by number / per leaf
};

}  // namespace seekd::cache
