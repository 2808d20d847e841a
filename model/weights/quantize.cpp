#include "model/weights/quantize.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace seekd::model {
namespace {

constexpr std::size_t kBlockWeights = 32;

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// IEEE 754 binary16 to binary32: exact for every value, NaN payloads kept.
float from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t magnitude = half & 0x7fffU;
  if (magnitude >= 0x7c00U) return std::bit_cast<float>(sign | 0x7f800000U | (magnitude << 13));
  // Rebiasing the exponent by multiplication makes subnormal halves normal floats without a loop.
  const float value =
      std::bit_cast<float>(magnitude << 13) * std::bit_cast<float>(std::uint32_t{0x77800000});
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(value));
}

float from_bfloat(std::uint16_t value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

template <float (*Convert)(std::uint16_t)>
void convert_plain(const std::byte* from, std::span<float> weights) {
  for (float& weight : weights) {
    weight = Convert(load<std::uint16_t>(from));
    from += 2;
  }
}

void dequantize_q8_0(const std::byte* block, float* weights) {
  const float scale = from_half(load<std::uint16_t>(block));
  for (std::size_t i = 0; i < kBlockWeights; ++i) {
    weights[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[2 + i]));
  }
}

void dequantize_q4_0(const std::byte* block, float* weights) {
  const float scale = from_half(load<std::uint16_t>(block));
  for (std::size_t i = 0; i < kBlockWeights / 2; ++i) {
    const int pair = std::to_integer<int>(block[2 + i]);
    weights[i] = scale * static_cast<float>((pair & 15) - 8);
    weights[i + kBlockWeights / 2] = scale * static_cast<float>((pair >> 4) - 8);
  }
}

void dequantize_q4_1(const std::byte* block, float* weights) {
  const float scale = from_half(load<std::uint16_t>(block));
  const float minimum = from_half(load<std::uint16_t>(block + 2));
  for (std::size_t i = 0; i < kBlockWeights / 2; ++i) {
    const int pair = std::to_integer<int>(block[4 + i]);
    weights[i] = scale * static_cast<float>(pair & 15) + minimum;
    weights[i + kBlockWeights / 2] = scale * static_cast<float>(pair >> 4) + minimum;
  }
}

template <void (*Dequantize)(const std::byte*, float*)>
void dequantize_blocks(DType type, const std::byte* block, std::span<float> weights) {
  const std::size_t step = block_bytes(type);
  for (std::size_t i = 0; i < weights.size(); i += kBlockWeights, block += step) {
    Dequantize(block, weights.data() + i);
  }
}

}  // namespace

std::string_view to_string(DType type) {
  switch (type) {
    case DType::f32:
      return "f32";
    case DType::f16:
      return "f16";
    case DType::bf16:
      return "bf16";
    case DType::q8_0:
      return "q8_0";
    case DType::q4_0:
      return "q4_0";
    case DType::q4_1:
      return "q4_1";
  }
  return "unknown";
}

std::size_t block_weights(DType type) {
  const bool plain = type == DType::f32 || type == DType::f16 || type == DType::bf16;
  return plain ? 1 : kBlockWeights;
}

std::size_t block_bytes(DType type) {
  switch (type) {
    case DType::f32:
      return 4;
    case DType::f16:
    case DType::bf16:
      return 2;
    case DType::q8_0:
      return 2 + kBlockWeights;
    case DType::q4_0:
      return 2 + kBlockWeights / 2;
    case DType::q4_1:
      return 4 + kBlockWeights / 2;
  }
  return 0;
}

std::optional<std::uint64_t> storage_bytes(DType type, std::uint64_t weights) {
  if (weights % block_weights(type) != 0) return std::nullopt;
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(weights / block_weights(type), block_bytes(type), &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

void dequantize(DType type, std::span<const std::byte> blocks, std::span<float> weights) {
  assert(storage_bytes(type, weights.size()) == blocks.size());
  const std::byte* from = blocks.data();
  switch (type) {
    case DType::f32:
      if (!blocks.empty()) std::memcpy(weights.data(), from, blocks.size());
      return;
    case DType::f16:
      return convert_plain<from_half>(from, weights);
    case DType::bf16:
      return convert_plain<from_bfloat>(from, weights);
    case DType::q8_0:
      return dequantize_blocks<dequantize_q8_0>(type, from, weights);
    case DType::q4_0:
      return dequantize_blocks<dequantize_q4_0>(type, from, weights);
    case DType::q4_1:
      return dequantize_blocks<dequantize_q4_1>(type, from, weights);
  }
}

}  // namespace seekd::model
