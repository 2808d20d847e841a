// In a super-block one byte holds bits of weights that stand 32 or 64 apart, so that a part's
// weights lie side by side at one shift: every loop below goes over one part.

#include <array>
#include <cstdint>

#include "model/weights/blocks.h"
#include "model/weights/half.h"
#include "model/weights/iq4_values.h"

namespace seekd::model {
namespace {

// Bits of neighbouring weights: those of weight i of the part stand in bytes[i], from `shift` on.
struct Bits {
  const std::byte* bytes;
  unsigned shift;
  unsigned mask;

  int operator[](std::size_t i) const {
    return static_cast<int>(std::to_integer<unsigned>(bytes[i]) >> shift & mask);
  }
};

// `first`: the part's first weight, of 256. Groups of 32 bytes hold 32, 64 or 128 weights.
Bits one_bit(const std::byte* bits, std::size_t first) {
  return {bits + first % 32, static_cast<unsigned>(first / 32), 1};
}

Bits two_bits(const std::byte* bits, std::size_t first) {
  return {bits + first / 128 * 32 + first % 32, static_cast<unsigned>(2 * (first / 32 % 4)), 3};
}

Bits four_bits(const std::byte* bits, std::size_t first) {
  return {bits + first / 64 * 32 + first % 32, static_cast<unsigned>(4 * (first / 32 % 2)), 15};
}

unsigned byte_at(const std::byte* bytes, std::size_t i) {
  return std::to_integer<unsigned>(bytes[i]);
}

struct ScaleAndMinimum {
  float scale;
  float minimum;
};

// Of part 0 to 7 of Q4_K and Q5_K: six bits each, the last four parts' high bits over the first
// four's.
ScaleAndMinimum six_bits_each(const std::byte* packed, std::size_t part) {
  if (part < 4) {
    return {static_cast<float>(byte_at(packed, part) & 63U),
            static_cast<float>(byte_at(packed, part + 4) & 63U)};
  }
  const unsigned low = byte_at(packed, part + 4);
  return {static_cast<float>((low & 15U) | (byte_at(packed, part - 4) >> 2 & 48U)),
          static_cast<float>(low >> 4 | (byte_at(packed, part) >> 2 & 48U))};
}

// What Q4_K and Q5_K share. `bits_of`: from a part's first weight to what gives its weights' bits.
template <class BitsOf>
void dequantize_with_minimum(const std::byte* block, float* weights, BitsOf bits_of) {
  constexpr std::size_t part_weights = 32;
  const float scale = load_half(block);
  const float minimum = load_half(block + 2);
  for (std::size_t part = 0; part < 8; ++part) {
    const ScaleAndMinimum of_part = six_bits_each(block + 4, part);
    const float part_scale = scale * of_part.scale;
    const float part_minimum = minimum * of_part.minimum;
    const auto bits = bits_of(part * part_weights);
    for (std::size_t i = 0; i < part_weights; ++i) {
      *weights++ = part_scale * static_cast<float>(bits(i)) - part_minimum;
    }
  }
}

// Of part 0 to 15 of Q3_K: four low bits, then two high ones.
float six_bits_of_q3_k(const std::byte* packed, std::size_t part) {
  const unsigned low = byte_at(packed, part % 8) >> (part < 8 ? 0 : 4) & 15U;
  const unsigned high = byte_at(packed, 8 + part % 4) >> (2 * (part / 4)) & 3U;
  return static_cast<float>(static_cast<int>(low | high << 4) - 32);
}

}  // namespace

void dequantize_q2_k(const std::byte* block, float* weights) {
  constexpr std::size_t part_weights = 16;
  const float scale = load_half(block + 80);
  const float minimum = load_half(block + 82);
  for (std::size_t part = 0; part < 16; ++part) {
    const unsigned packed = byte_at(block, part);
    const float part_scale = scale * static_cast<float>(packed & 15U);
    const float part_minimum = minimum * static_cast<float>(packed >> 4);
    const Bits low = two_bits(block + 16, part * part_weights);
    for (std::size_t i = 0; i < part_weights; ++i) {
      *weights++ = part_scale * static_cast<float>(low[i]) - part_minimum;
    }
  }
}

void dequantize_q3_k(const std::byte* block, float* weights) {
  constexpr std::size_t part_weights = 16;
  const float scale = load_half(block + 108);
  for (std::size_t part = 0; part < 16; ++part) {
    const float part_scale = scale * six_bits_of_q3_k(block + 96, part);
    const Bits high = one_bit(block, part * part_weights);
    const Bits low = two_bits(block + 32, part * part_weights);
    for (std::size_t i = 0; i < part_weights; ++i) {
      *weights++ = part_scale * static_cast<float>(low[i] - (high[i] == 0 ? 4 : 0));
    }
  }
}

void dequantize_q4_k(const std::byte* block, float* weights) {
  dequantize_with_minimum(block, weights, [block](std::size_t first) {
    return [low = four_bits(block + 16, first)](std::size_t i) { return low[i]; };
  });
}

void dequantize_q5_k(const std::byte* block, float* weights) {
  dequantize_with_minimum(block, weights, [block](std::size_t first) {
    return [high = one_bit(block + 16, first), low = four_bits(block + 48, first)](std::size_t i) {
      return low[i] | high[i] << 4;
    };
  });
}

void dequantize_q6_k(const std::byte* block, float* weights) {
  constexpr std::size_t part_weights = 16;
  const float scale = load_half(block + 208);
  for (std::size_t part = 0; part < 16; ++part) {
    const float part_scale =
        scale * static_cast<float>(static_cast<std::int8_t>(block[192 + part]));
    const std::size_t first = part * part_weights;
    const Bits low{block + first / 128 * 64 + first % 64,
                   static_cast<unsigned>(4 * (first / 64 % 2)), 15};
    const Bits high = two_bits(block + 128, first);
    for (std::size_t i = 0; i < part_weights; ++i) {
      *weights++ = part_scale * static_cast<float>((low[i] | high[i] << 4) - 32);
    }
  }
}

void dequantize_iq4_xs(const std::byte* block, float* weights) {
  const float scale = load_half(block);
  const auto high = load<std::uint16_t>(block + 2);
  for (std::size_t part = 0; part < 8; ++part) {
    const unsigned low = byte_at(block + 4, part / 2) >> (4 * (part % 2)) & 15U;
    const unsigned bits = low | (static_cast<unsigned>(high) >> (2 * part) & 3U) << 4;
    const float part_scale = scale * static_cast<float>(static_cast<int>(bits) - 32);
    const std::byte* halves = block + 8 + part * 16;
    for (std::size_t i = 0; i < 16; ++i)
      weights[i] = part_scale * iq4_values[byte_at(halves, i) & 15U];
    for (std::size_t i = 0; i < 16; ++i)
      weights[16 + i] = part_scale * iq4_values[byte_at(halves, i) >> 4];
    weights += 32;
  }
}

}  // namespace seekd::model
