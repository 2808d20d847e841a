#include "cache/index/bit_packing.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

namespace seekd::cache {
namespace {

static_assert(std::endian::native == std::endian::little);

// With the width known at compile time every shift and mask is a constant.
template <unsigned bits>
void unpack(const char* bytes, std::span<std::uint16_t> values) {
  constexpr std::uint32_t mask = (1U << bits) - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t position = i * bits;
    std::uint32_t word = 0;
    std::memcpy(&word, bytes + position / 8, sizeof word);
    values[i] = static_cast<std::uint16_t>(word >> position % 8 & mask);
  }
}

template <>
void unpack<0>(const char* /*bytes*/, std::span<std::uint16_t> values) {
  std::ranges::fill(values, std::uint16_t{0});
}

using Unpack = void (*)(const char*, std::span<std::uint16_t>);

template <std::size_t... bits>
constexpr std::array<Unpack, sizeof...(bits)> unpackers(std::index_sequence<bits...> /*widths*/) {
  return {&unpack<bits>...};
}

constexpr auto unpack_by_bits = unpackers(std::make_index_sequence<packed_bits_max + 1>{});

}  // namespace

void pack_bits(std::span<const std::uint16_t> values, unsigned bits, std::string& bytes) {
  assert(bits <= packed_bits_max);
  std::uint32_t waiting = 0;
  unsigned waiting_bits = 0;
  for (const std::uint16_t value : values) {
    waiting |= static_cast<std::uint32_t>(value) << waiting_bits;
    waiting_bits += bits;
    for (; waiting_bits >= 8; waiting_bits -= 8, waiting >>= 8) {
      bytes += static_cast<char>(waiting & 0xff);
    }
  }
  if (waiting_bits > 0) bytes += static_cast<char>(waiting);
}

void unpack_bits(const char* bytes, unsigned bits, std::span<std::uint16_t> values) {
  assert(bits <= packed_bits_max);
  unpack_by_bits[bits](bytes, values);
}

}  // namespace seekd::cache
