#include "model/weights/quantize.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "model/weights/blocks.h"
#include "model/weights/half.h"

namespace seekd::model {
namespace {

using Dequantize = void (*)(const std::byte* blocks, std::span<float> weights);

struct Format {
  DType type;
  std::uint32_t ggml;  // its number in a GGUF file (ggml.h, enum ggml_type)
  std::string_view name;
  std::size_t weights;  // a block
  std::size_t bytes;    // a block
  Dequantize dequantize;
};

void copy_floats(const std::byte* from, std::span<float> weights) {
  if (!weights.empty()) std::memcpy(weights.data(), from, weights.size_bytes());
}

template <float (*Convert)(std::uint16_t)>
void convert(const std::byte* from, std::span<float> weights) {
  for (float& weight : weights) {
    weight = Convert(load<std::uint16_t>(from));
    from += 2;
  }
}

template <void (*OneBlock)(const std::byte*, float*), std::size_t block_weights,
          std::size_t block_bytes>
void dequantize_blocks(const std::byte* block, std::span<float> weights) {
  for (std::size_t i = 0; i < weights.size(); i += block_weights, block += block_bytes) {
    OneBlock(block, weights.data() + i);
  }
}

template <void (*OneBlock)(const std::byte*, float*), std::size_t bytes>
constexpr Format small_block(DType type, std::uint32_t ggml, std::string_view name) {
  constexpr std::size_t weights = small_block_weights;
  return {type, ggml, name, weights, bytes, dequantize_blocks<OneBlock, weights, bytes>};
}

template <void (*OneBlock)(const std::byte*, float*), std::size_t bytes>
constexpr Format super_block(DType type, std::uint32_t ggml, std::string_view name) {
  constexpr std::size_t weights = super_block_weights;
  return {type, ggml, name, weights, bytes, dequantize_blocks<OneBlock, weights, bytes>};
}

constexpr std::array<Format, dtype_count> kFormats = {
    Format{DType::f32, 0, "f32", 1, 4, copy_floats},
    Format{DType::f16, 1, "f16", 1, 2, convert<from_half>},
    Format{DType::bf16, 30, "bf16", 1, 2, convert<from_bfloat>},
    small_block<dequantize_q4_0, q4_0_bytes>(DType::q4_0, 2, "q4_0"),
    small_block<dequantize_q4_1, q4_1_bytes>(DType::q4_1, 3, "q4_1"),
    small_block<dequantize_q5_0, q5_0_bytes>(DType::q5_0, 6, "q5_0"),
    small_block<dequantize_q5_1, q5_1_bytes>(DType::q5_1, 7, "q5_1"),
    small_block<dequantize_q8_0, q8_0_bytes>(DType::q8_0, 8, "q8_0"),
    small_block<dequantize_iq4_nl, iq4_nl_bytes>(DType::iq4_nl, 20, "iq4_nl"),
    super_block<dequantize_q2_k, q2_k_bytes>(DType::q2_k, 10, "q2_k"),
    super_block<dequantize_q3_k, q3_k_bytes>(DType::q3_k, 11, "q3_k"),
    super_block<dequantize_q4_k, q4_k_bytes>(DType::q4_k, 12, "q4_k"),
    super_block<dequantize_q5_k, q5_k_bytes>(DType::q5_k, 13, "q5_k"),
    super_block<dequantize_q6_k, q6_k_bytes>(DType::q6_k, 14, "q6_k"),
    super_block<dequantize_iq4_xs, iq4_xs_bytes>(DType::iq4_xs, 23, "iq4_xs"),
};

constexpr bool in_the_order_of_the_enum() {
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    if (kFormats[i].type != static_cast<DType>(i)) return false;
  }
  return true;
}
static_assert(in_the_order_of_the_enum());

const Format& format_of(DType type) {
  return kFormats[static_cast<std::size_t>(type)];
}

}  // namespace

std::optional<DType> dtype_of_ggml(std::uint32_t number) {
  const auto* format = std::ranges::find(kFormats, number, &Format::ggml);
  if (format == kFormats.end()) return std::nullopt;
  return format->type;
}

std::string dtypes_read() {
  std::string names;
  for (const Format& format : kFormats) {
    if (!names.empty()) names += ", ";
    names += format.name;
  }
  return names;
}

std::string_view to_string(DType type) {
  return format_of(type).name;
}

std::size_t block_weights(DType type) {
  return format_of(type).weights;
}

std::size_t block_bytes(DType type) {
  return format_of(type).bytes;
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
  format_of(type).dequantize(blocks.data(), weights);
}

}  // namespace seekd::model
