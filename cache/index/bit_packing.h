// Bit packing: small numbers side by side in as many bits as the greatest needs, the lowest bits
// first (as in D. Lemire, L. Boytsov, "Decoding Billions of Integers per Second Through
// Vectorization", 2015, without its interleaving: blocks are read one value after the other). Pure
// functions, any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace seekd::cache {

inline constexpr unsigned packed_bits_max = 16;
inline constexpr std::size_t unpack_slack_bytes = 3;  // that may be read behind the packed bytes

constexpr std::size_t packed_bytes(std::size_t values, unsigned bits) {
  return (values * bits + 7) / 8;
}

// Appends packed_bytes(values.size(), bits). REQUIRES: bits <= packed_bits_max, each value fits.
void pack_bits(std::span<const std::uint16_t> values, unsigned bits, std::string& bytes);

// REQUIRES: bits <= packed_bits_max, `bytes` has packed_bytes(values.size(), bits), and
// unpack_slack_bytes after them that may be read.
void unpack_bits(const char* bytes, unsigned bits, std::span<std::uint16_t> values);

}  // namespace seekd::cache
