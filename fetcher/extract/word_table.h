// A set of words known while compiling, each with what it stands for.
//
// Immutable; any thread. Open addressing: a word stands in its slot or in the next that was free.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace seekd::fetcher {

template <class Value, std::size_t words>
class WordTable {
 public:
  using Entry = std::pair<std::string_view, Value>;

  // REQUIRES: no word is empty, none stands twice.
  constexpr explicit WordTable(const std::array<Entry, words>& entries) {
    for (const Entry& entry : entries) {
      std::size_t slot = slot_of(entry.first);
      while (!slots_[slot].first.empty()) slot = (slot + 1) % slots_.size();
      slots_[slot] = entry;
    }
  }

  // Null for a word that is not in the table.
  constexpr const Value* find(std::string_view word) const {
    if (word.empty()) return nullptr;
    std::size_t slot = slot_of(word);
    while (!slots_[slot].first.empty()) {
      if (slots_[slot].first == word) return &slots_[slot].second;
      slot = (slot + 1) % slots_.size();
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t slot_count = std::bit_ceil(4 * words);

  static constexpr std::size_t slot_of(std::string_view word) {
    std::uint32_t hash = 0;
    for (const char c : word) hash = hash * 31 + static_cast<unsigned char>(c);
    return (hash ^ hash >> 9) % slot_count;
  }

  std::array<Entry, slot_count> slots_{};
};

}  // namespace seekd::fetcher
