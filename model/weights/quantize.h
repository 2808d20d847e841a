// Dequantisation: the blocks of a model file as float32.
//
// Pure functions; any thread. Bit-exact against the `gguf` Python package
// (tests/model/quantize_test.cpp). What a block looks like: blocks.h.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace seekd::model {

enum class DType : std::uint8_t {
  f32,
  f16,
  bf16,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  iq4_nl,
  q2_k,
  q3_k,
  q4_k,
  q5_k,
  q6_k,
  iq4_xs,
};
inline constexpr std::size_t dtype_count = 15;

// The type that GGUF files give this number; nothing for those that are not read.
std::optional<DType> dtype_of_ggml(std::uint32_t number);

// Those that are read, for messages: "F32, F16, …".
std::string dtypes_read();

// "f32", "q4_k", …
std::string_view to_string(DType type);

// Weights per block: 1 for the plain types, 32 or 256 for the quantised ones.
std::size_t block_weights(DType type);

// Bytes per block of block_weights(type).
std::size_t block_bytes(DType type);

// Bytes of `weights` weights; nullopt when the count is no multiple of the block or the size
// overflows.
std::optional<std::uint64_t> storage_bytes(DType type, std::uint64_t weights);

// REQUIRES: blocks.size() == *storage_bytes(type, weights.size()).
void dequantize(DType type, std::span<const std::byte> blocks, std::span<float> weights);

}  // namespace seekd::model
