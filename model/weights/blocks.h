// The block formats of ggml (ggml-common.h, ggml-quants.c): one block's bytes as its weights.
//
// Small blocks hold 32 weights, super-blocks 256 in parts of 16 or 32 with a scale each. Fields
// stand in the order named. Pure functions; any thread; each reads and writes one whole block.

#pragma once

#include <cstddef>

namespace seekd::model {

inline constexpr std::size_t small_block_weights = 32;
inline constexpr std::size_t super_block_weights = 256;

inline constexpr std::size_t q4_0_bytes = 2 + 16;
inline constexpr std::size_t q4_1_bytes = 2 + 2 + 16;
inline constexpr std::size_t q5_0_bytes = 2 + 4 + 16;
inline constexpr std::size_t q5_1_bytes = 2 + 2 + 4 + 16;
inline constexpr std::size_t q8_0_bytes = 2 + 32;
inline constexpr std::size_t iq4_nl_bytes = 2 + 16;
inline constexpr std::size_t q2_k_bytes = 16 + 64 + 2 + 2;
inline constexpr std::size_t q3_k_bytes = 32 + 64 + 12 + 2;
inline constexpr std::size_t q4_k_bytes = 2 + 2 + 12 + 128;
inline constexpr std::size_t q5_k_bytes = 2 + 2 + 12 + 32 + 128;
inline constexpr std::size_t q6_k_bytes = 128 + 64 + 16 + 2;
inline constexpr std::size_t iq4_xs_bytes = 2 + 2 + 4 + 128;

// Of a byte's two halves the low ones are the weights 0–15, the high ones 16–31.
void dequantize_q4_0(const std::byte* block, float* weights);  // w = scale · (q − 8)
void dequantize_q4_1(const std::byte* block, float* weights);  // w = scale · q + minimum
// With a fifth bit for each weight, the bits of one word of 32.
void dequantize_q5_0(const std::byte* block, float* weights);  // w = scale · (q − 16)
void dequantize_q5_1(const std::byte* block, float* weights);  // w = scale · q + minimum
void dequantize_q8_0(const std::byte* block, float* weights);  // w = scale · q
// The 16 values of four bits stand in a table, denser around zero.
void dequantize_iq4_nl(const std::byte* block, float* weights);

// 16 parts of 16: 4 bits of scale and 4 of minimum each; 2 bits a weight; scale and minimum of all.
void dequantize_q2_k(const std::byte* block, float* weights);
// 16 parts of 16: a high bit a weight, 2 low ones, 6 bits of scale; scale of all.
void dequantize_q3_k(const std::byte* block, float* weights);
// 8 parts of 32: scale and minimum of all, 6 bits of both for each part, 4 bits a weight.
void dequantize_q4_k(const std::byte* block, float* weights);
// The same with a high bit a weight before the 4 low ones.
void dequantize_q5_k(const std::byte* block, float* weights);
// 16 parts of 16: 4 low bits a weight, 2 high ones, 8 bits of scale; scale of all.
void dequantize_q6_k(const std::byte* block, float* weights);
// 8 parts of 32: scale of all, 6 bits of scale for each part, 4 bits a weight by IQ4_NL's table.
void dequantize_iq4_xs(const std::byte* block, float* weights);

}  // namespace seekd::model
