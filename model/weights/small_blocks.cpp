#include <array>
#include <cstdint>

#include "model/weights/blocks.h"
#include "model/weights/half.h"
#include "model/weights/iq4_values.h"

namespace seekd::model {
namespace {

constexpr std::size_t kHalf = small_block_weights / 2;

// Four bits of weight i.
int nibble(const std::byte* halves, std::size_t i) {
  const int pair = std::to_integer<int>(halves[i % kHalf]);
  return i < kHalf ? pair & 15 : pair >> 4;
}

int five_bits(std::uint32_t fifth_bits, const std::byte* halves, std::size_t i) {
  return nibble(halves, i) | static_cast<int>(fifth_bits >> i & 1U) << 4;
}

}  // namespace

void dequantize_q8_0(const std::byte* block, float* weights) {
  const float scale = load_half(block);
  for (std::size_t i = 0; i < small_block_weights; ++i) {
    weights[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[2 + i]));
  }
}

void dequantize_q4_0(const std::byte* block, float* weights) {
  const float scale = load_half(block);
  for (std::size_t i = 0; i < small_block_weights; ++i) {
    weights[i] = scale * static_cast<float>(nibble(block + 2, i) - 8);
  }
}

void dequantize_q4_1(const std::byte* block, float* weights) {
  const float scale = load_half(block);
  const float minimum = load_half(block + 2);
  for (std::size_t i = 0; i < small_block_weights; ++i) {
    weights[i] = scale * static_cast<float>(nibble(block + 4, i)) + minimum;
  }
}

void dequantize_q5_0(const std::byte* block, float* weights) {
  const float scale = load_half(block);
  const auto fifth_bits = load<std::uint32_t>(block + 2);
  for (std::size_t i = 0; i < small_block_weights; ++i) {
    weights[i] = scale * static_cast<float>(five_bits(fifth_bits, block + 6, i) - 16);
  }
}

void dequantize_q5_1(const std::byte* block, float* weights) {
  const float scale = load_half(block);
  const float minimum = load_half(block + 2);
  const auto fifth_bits = load<std::uint32_t>(block + 4);
  for (std::size_t i = 0; i < small_block_weights; ++i) {
    weights[i] = scale * static_cast<float>(five_bits(fifth_bits, block + 8, i)) + minimum;
  }
}

void dequantize_iq4_nl(const std::byte* block, float* weights) {
  const float scale = load_half(block);
  for (std::size_t i = 0; i < small_block_weights; ++i) {
    weights[i] = scale * iq4_values[static_cast<std::size_t>(nibble(block + 2, i))];
  }
}

}  // namespace seekd::model
