#include "cache/content_hash.h"

// Shows the state's size, so that it can live on the stack.
#define XXH_STATIC_LINKING_ONLY
#include <cstdint>

#include <xxhash.h>

namespace seekd::cache {
namespace {

ContentHash canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  ContentHash result;
  std::memcpy(result.bytes.data(), bytes.digest, result.bytes.size());
  return result;
}

}  // namespace

std::string ContentHash::hex() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (char byte : bytes) {
    auto value = static_cast<std::uint8_t>(byte);
    text += digits[value >> 4];
    text += digits[value & 15];
  }
  return text;
}

ContentHash hash_text(std::string_view text) {
  return canonical(XXH3_128bits(text.data(), text.size()));
}

ContentHash hash_block(const Block& block) {
  const char head[2] = {static_cast<char>(block.kind), static_cast<char>(block.level)};
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, head, sizeof head);
  XXH3_128bits_update(&state, block.text.data(), block.text.size());
  return canonical(XXH3_128bits_digest(&state));
}

ContentHash hash_strings(std::span<const std::string_view> parts) {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  for (std::string_view part : parts) {
    const std::uint64_t size = part.size();
    XXH3_128bits_update(&state, &size, sizeof size);
    XXH3_128bits_update(&state, part.data(), part.size());
  }
  return canonical(XXH3_128bits_digest(&state));
}

ContentHash next(ContentHash hash) {
  for (auto byte = hash.bytes.rbegin(); byte != hash.bytes.rend(); ++byte) {
    *byte = static_cast<char>(static_cast<std::uint8_t>(*byte) + 1);
    if (*byte != 0) break;
  }
  return hash;
}

}  // namespace seekd::cache
