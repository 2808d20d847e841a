#include "model/text/call_ids.h"

#include <array>

#include <xxhash.h>

namespace seekd::model {

std::uint64_t call_seed(std::span<const TokenId> prompt, std::uint64_t seed) {
  return XXH3_64bits_withSeed(prompt.data(), prompt.size_bytes(), seed);
}

std::string call_id(std::uint64_t call_seed, std::size_t index) {
  constexpr char digits[] = "0123456789abcdef";
  constexpr std::size_t bytes = 12;
  const std::array<std::uint64_t, 2> of = {call_seed, index};
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits(of.data(), sizeof of));
  std::string id = "call_";
  for (std::size_t i = 0; i < bytes; ++i) {
    id += {digits[hash.digest[i] >> 4U], digits[hash.digest[i] & 0xFU]};
  }
  return id;
}

}  // namespace seekd::model
