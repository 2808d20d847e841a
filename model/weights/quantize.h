// Dequantisation: the blocks of a model file as float32.
//
// Pure functions; any thread. Bit-exact against the `gguf` Python package
// (tests/model/quantize_test.cpp). The block formats are those of ggml (ggml-common.h): 32 weights
// a block, a float16 scale, for *_1 a float16 minimum, then the weights.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace seekd::model {

enum class DType : std::uint8_t {
  f32,
  f16,
  bf16,
  q8_0,  // scale, 32 × int8:           w = scale · q
  q4_0,  // scale, 32 × 4 bits:         w = scale · (q − 8); low nibbles are weights 0–15, high ones
         // 16–31
  q4_1,  // scale, minimum, 32 × 4 bits: w = scale · q + minimum
};

// "f32", "q4_1", …
std::string_view to_string(DType type);

// Weights per block: 1 for the plain types, 32 for the quantised ones.
std::size_t block_weights(DType type);

// Bytes per block of block_weights(type).
std::size_t block_bytes(DType type);

// Bytes of `weights` weights; nullopt when the count is no multiple of the block or the size
// overflows.
std::optional<std::uint64_t> storage_bytes(DType type, std::uint64_t weights);

// REQUIRES: blocks.size() == *storage_bytes(type, weights.size()).
void dequantize(DType type, std::span<const std::byte> blocks, std::span<float> weights);

}  // namespace seekd::model
