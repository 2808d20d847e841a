// The GPU kernels of our own: what libtorch leaves of the memory bus's speed, decode takes back.
//
// Each function launches on `stream` and returns at once; arguments are device memory unless said.
// Nothing is allocated, so all of them may be captured into a CUDA graph. Any thread; what is
// written must not be read or written by another stream meanwhile. A failed launch shows in
// cudaGetLastError(), which the callers ask.
//
// Rows are tokens. bf16 stands for the 16 bits of a bfloat16; activations are bf16, sums float32.
// Sizes that the kernels are not made for are refused by decode_supported().

#pragma once

#include <cstdint>

struct CUstream_st;

namespace seekd::model::kernels {

using Stream = CUstream_st*;
using bf16 = std::uint16_t;

// How a matrix's weights are kept: the formats of QuantizedWeight, or plain.
enum class Encoding : std::uint8_t { bf16, int8, int4 };

// A projection's weights.
struct Matrix {
  const void* weights = nullptr;          // [outputs, inputs], encoded
  const std::uint16_t* scales = nullptr;  // [outputs, inputs / 32] float16; bf16 has none
  const bf16* bias = nullptr;             // [outputs], or none
  int outputs = 0;
  int inputs = 0;  // a multiple of 8; int8 and int4: of 32
  Encoding encoding = Encoding::bf16;
};

struct Norm {
  const float* weight = nullptr;  // [inputs]
  float epsilon = 0;
};

// Rotary tables: [positions, head_dim / 2].
struct RopeTables {
  const float* cosines = nullptr;
  const float* sines = nullptr;
};

struct AttentionShape {
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
};

// Tokens of a page of the key and value store.
inline constexpr int page_tokens = 16;

// What a step of one token works on; lies on the device. Token t of the text stands in the slot
// pages[t / page_tokens] · page_tokens + t % page_tokens.
struct StepState {
  std::int32_t token = 0;     // to be run; finish_step(): the greedy successor
  std::int32_t position = 0;  // of that token: so many stand before it
  bf16* keys = nullptr;       // of layer 0: [kv_heads, slots, head_dim]
  bf16* values = nullptr;
  std::int64_t slots = 0;
  const std::int32_t* pages = nullptr;  // of the text
};

// A vocabulary entry and its logit; infinite where a logit was not a number.
struct Candidate {
  float logit = 0;
  std::int32_t token = 0;
};

// Whether the decode kernels are made for such sizes.
bool decode_supported(const AttentionShape& shape, int hidden, int feed_forward);

// --- one token: matrix times vector -------------------------------------------------------------
//
// Against int8 and int4 weights the vector too is multiplied as int8, each 32 of it with a scale of
// their own.

// residual [hidden] ← the token's row of the embedding [vocabulary, hidden].
void embed(Stream stream, const StepState* state, const bf16* embedding, int hidden,
           float* residual);

// out [outputs] ← matrix · RMSNorm(residual).
void norm_gemv(Stream stream, const Matrix& matrix, const Norm& norm, const float* residual,
               float* out);

// The same for the head, with the best entry of each block of rows; candidates: [blocks].
void norm_gemv_best(Stream stream, const Matrix& matrix, const Norm& norm, const float* residual,
                    float* logits, Candidate* candidates);
int best_blocks(int vocabulary);  // how many candidates that gives

// residual [outputs] += matrix · input.
void gemv_add(Stream stream, const Matrix& matrix, const bf16* input, float* residual);

// out [outputs / 2] ← silu(g) · u of the matrix's upper and lower half times RMSNorm(residual).
void norm_gemv_swiglu(Stream stream, const Matrix& matrix, const Norm& norm, const float* residual,
                      bf16* out);

// Scratch of attend(): [rows · kv_heads · splits · group] partial results. `arrived` is zero
// between steps.
struct AttentionScratch {
  float* sums = nullptr;             // [rows, kv_heads, splits, group, head_dim]
  float* weights = nullptr;          // [rows, kv_heads, splits, group, 2]: greatest score, sum of
                                     // exponentials
  std::uint32_t* arrived = nullptr;  // [rows, kv_heads]
  int splits = 0;                    // attention_splits()
};
int attention_splits(int rows, int kv_heads);

// For each of `rows` texts: rotates q and k of its token, writes k and v of `layer` behind those
// that there are, and attends over all of them: the keys are split over many blocks, the last of
// which to arrive joins their parts (Dao et al., "Flash-Decoding", 2023).
// qkv: [rows, heads + 2 · kv_heads, head_dim]; out: [rows, heads, head_dim]; states: [rows].
void attend(Stream stream, int rows, const AttentionShape& shape, const StepState* states,
            int layer, const float* qkv, const RopeTables& rope, const AttentionScratch& scratch,
            bf16* out);
void attend(Stream stream, int rows, const AttentionShape& shape, const StepState* states,
            int layer, const bf16* qkv, const RopeTables& rope, const AttentionScratch& scratch,
            bf16* out);

// The best of the candidates becomes state->token, and position goes one on; host_results (pinned
// host memory) takes it in the slot position % 2. Of equal logits the lowest token wins.
void finish_step(Stream stream, const Candidate* candidates, int count, StepState* state,
                 Candidate* host_results);

// --- many tokens: the element-wise parts between libtorch's matrix products ----------------------

// residual [rows, width] += addend (none: nullptr); out [rows, width] ← its RMSNorm.
void add_norm_rows(Stream stream, int rows, int width, const bf16* addend, const Norm& norm,
                   float* residual, bf16* out);

// Rotates q in place and writes k and v of a layer where they belong.
// qkv: [rows, heads + 2 · kv_heads, head_dim]; keys, values: [kv_heads, slots, head_dim].
struct KvRows {
  bf16* keys = nullptr;
  bf16* values = nullptr;
  std::int64_t slots = 0;
  const std::int32_t* positions = nullptr;  // [rows], on the device
  const std::int32_t* places = nullptr;     // [rows], on the device: the rows' slots
};
void rope_kv_write_rows(Stream stream, int rows, const AttentionShape& shape,
                        const RopeTables& rope, const KvRows& cache, bf16* qkv);

// out [outputs, inputs] ← the weights. REQUIRES: they are int8 or int4.
void dequantize(Stream stream, const Matrix& matrix, bf16* out);

// out [rows, width] ← silu(gate) · up; gate_up: [rows, 2 · width].
void swiglu_rows(Stream stream, int rows, int width, const bf16* gate_up, bf16* out);

}  // namespace seekd::model::kernels
