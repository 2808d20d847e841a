// ContentHash: the xxh3-128 name of a page, a block or a text.
//
// xxh3 is fast and not cryptographic: whoever finds something under a hash compares it with what
// was meant before believing it (BlockLedger, PageReader). Plain value, any thread.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "policy/page.h"

namespace seekd::cache {

struct ContentHash {
  std::array<char, 16> bytes{};  // big-endian, as xxh3's canonical form

  std::string_view view() const { return {bytes.data(), bytes.size()}; }
  std::string hex() const;

  auto operator<=>(const ContentHash&) const = default;
};

// For hash tables: the bytes are as good as random already.
struct ContentHashHasher {
  std::size_t operator()(const ContentHash& hash) const {
    std::size_t value = 0;
    std::memcpy(&value, hash.bytes.data(), sizeof value);
    return value;
  }
};

ContentHash hash_text(std::string_view text);

// Of kind, level and text: a heading and a paragraph of the same words are two blocks.
ContentHash hash_block(const Block& block);

// Of several strings, so that ("ab", "c") differs from ("a", "bc").
ContentHash hash_strings(std::span<const std::string_view> parts);

// The hash after this one: where a block goes whose own place is taken by another one.
ContentHash next(ContentHash hash);

}  // namespace seekd::cache
