// How a row of weights is read and multiplied, for each Encoding: the parts of gemv.cu that differ.
//
// An encoding reads 16 bytes of a row in one load. The vector stands staged in shared memory, in
// the form that its products want. int8 and int4 multiply four bytes at a time in
// integers (dp4a), which is exact; a block of 32 takes its two scales once.
#pragma once

#include <cstdint>

#include <cuda_fp16.h>

#include "model/kernels/device_math.cuh"
#include "model/kernels/kernels.h"

namespace seekd::model::kernels {

constexpr int kBlockWeights = 32;

// Weights are read once a step and are larger than the cache: they are not kept in it.
__device__ __forceinline__ uint4 read_once(const uint4* address) {
  uint4 value;
  asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
               : "l"(address));
  return value;
}

struct PlainBf16 {
  static constexpr int kLoadWeights = 8;
  static constexpr int kLoads = 8;      // in flight for each lane
  static constexpr int kPairLoads = 4;  // of each row, where two are read side by side

  struct Load {
    uint4 packed{0, 0, 0, 0};
  };

  __host__ __device__ static int staged_bytes(int inputs) { return inputs * 2; }

  // Four of the vector, the ones from 4 · i on.
  __device__ __forceinline__ static void stage(uint4* staged, int, int i, const float4& four) {
    reinterpret_cast<ushort4*>(staged)[i] = to_bf16(four);
  }

  __device__ __forceinline__ static Load read(const Matrix& matrix, std::int64_t row, int at) {
    const std::int64_t width = matrix.inputs / kLoadWeights;
    return {read_once(static_cast<const uint4*>(matrix.weights) + row * width + at)};
  }

  __device__ __forceinline__ static void multiply(const Load& load, const uint4* staged, int,
                                                  int at, float& sum) {
    const std::uint32_t w[4] = {load.packed.x, load.packed.y, load.packed.z, load.packed.w};
    const uint4 input = staged[at];
    const std::uint32_t x[4] = {input.x, input.y, input.z, input.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      sum = fmaf(low_half(w[i]), low_half(x[i]), sum);
      sum = fmaf(high_half(w[i]), high_half(x[i]), sum);
    }
  }
};

__device__ __forceinline__ int dot4(std::uint32_t a, std::uint32_t b, int sum) {
  return __dp4a(static_cast<int>(a), static_cast<int>(b), sum);
}

// A block of the vector as int8, by the eight neighbouring lanes that hold four of it each.
struct Int8Four {
  std::uint32_t packed;
  float scale;  // of the whole block

  __device__ __forceinline__ explicit Int8Four(const float4& four) {
    const unsigned lanes = 0xffu << (threadIdx.x % kWarp & 24);
    float greatest =
        fmaxf(fmaxf(fabsf(four.x), fabsf(four.y)), fmaxf(fabsf(four.z), fabsf(four.w)));
#pragma unroll
    for (int offset = 4; offset > 0; offset /= 2) {
      greatest = fmaxf(greatest, __shfl_xor_sync(lanes, greatest, offset));
    }
    scale = greatest / 127;
    const float inverse = greatest > 0 ? 127 / greatest : 0;
    const auto byte = [inverse](float value) {
      return static_cast<std::uint32_t>(__float2int_rn(value * inverse)) & 0xffu;
    };
    packed = byte(four.x) | byte(four.y) << 8 | byte(four.z) << 16 | byte(four.w) << 24;
  }
};

struct BlockLoad {
  uint4 packed{0, 0, 0, 0};
  std::uint16_t scale = 0;

  __device__ __forceinline__ float scale_value() const {
    return __half2float(__ushort_as_half(scale));
  }
};

// Staged: the vector's bytes, then a scale for each block.
struct BlockInt8 {
  static constexpr int kLoadWeights = 16;
  static constexpr int kLoads = 7;  // all of a row of 3,584; one more would spill registers
  static constexpr int kPairLoads = 4;
  using Load = BlockLoad;

  __host__ __device__ static int staged_bytes(int inputs) {
    const int bytes = inputs + inputs / kBlockWeights * static_cast<int>(sizeof(float));
    return (bytes + 15) / 16 * 16;
  }

  __device__ __forceinline__ static void stage(uint4* staged, int inputs, int i,
                                               const float4& four) {
    const Int8Four quantized(four);
    reinterpret_cast<std::uint32_t*>(staged)[i] = quantized.packed;
    if (i % 8 == 0) scales(staged, inputs)[i / 8] = quantized.scale;
  }

  __device__ __forceinline__ static Load read(const Matrix& matrix, std::int64_t row, int at) {
    const std::int64_t width = matrix.inputs / kLoadWeights;
    return {read_once(static_cast<const uint4*>(matrix.weights) + row * width + at),
            __ldg(matrix.scales + row * (width / 2) + at / 2)};
  }

  __device__ __forceinline__ static void multiply(const Load& load, const uint4* staged, int inputs,
                                                  int at, float& sum) {
    const uint4 x = staged[at];
    int dot = dot4(load.packed.x, x.x, 0);
    dot = dot4(load.packed.y, x.y, dot);
    dot = dot4(load.packed.z, x.z, dot);
    dot = dot4(load.packed.w, x.w, dot);
    sum = fmaf(static_cast<float>(dot), load.scale_value() * scales(staged, inputs)[at / 2], sum);
  }

 private:
  template <class Words>
  __device__ __forceinline__ static auto* scales(Words* staged, int inputs) {
    using Float = std::conditional_t<std::is_const_v<Words>, const float, float>;
    return reinterpret_cast<Float*>(staged + inputs / 16);
  }
};

// Staged: the first halves of all blocks, their second halves, then for each block its scale and
// eight times its sum, which the weights' offset of eight takes away.
struct BlockInt4 {
  static constexpr int kLoadWeights = 32;
  static constexpr int kLoads = 4;
  static constexpr int kPairLoads = 2;
  using Load = BlockLoad;

  struct OfBlock {
    float scale;
    int offset;
  };

  __host__ __device__ static int staged_bytes(int inputs) {
    const int bytes = inputs + inputs / kBlockWeights * static_cast<int>(sizeof(OfBlock));
    return (bytes + 15) / 16 * 16;
  }

  __device__ __forceinline__ static void stage(uint4* staged, int inputs, int i,
                                               const float4& four) {
    const Int8Four quantized(four);
    const int block = i / 8;
    const int part = i % 8;
    const int blocks = inputs / kBlockWeights;
    reinterpret_cast<std::uint32_t*>(staged + (part / 4) * blocks + block)[part % 4] =
        quantized.packed;
    int sum = dot4(quantized.packed, 0x01010101u, 0);
    const unsigned lanes = 0xffu << (threadIdx.x % kWarp & 24);
#pragma unroll
    for (int offset = 4; offset > 0; offset /= 2) sum += __shfl_xor_sync(lanes, sum, offset);
    if (part == 0) {
      reinterpret_cast<OfBlock*>(staged + 2 * blocks)[block] = {quantized.scale, 8 * sum};
    }
  }

  __device__ __forceinline__ static Load read(const Matrix& matrix, std::int64_t row, int at) {
    const std::int64_t width = matrix.inputs / kLoadWeights;
    return {read_once(static_cast<const uint4*>(matrix.weights) + row * width + at),
            __ldg(matrix.scales + row * width + at)};
  }

  __device__ __forceinline__ static void multiply(const Load& load, const uint4* staged, int inputs,
                                                  int at, float& sum) {
    const int blocks = inputs / kBlockWeights;
    const uint4 low = staged[at];
    const uint4 high = staged[blocks + at];
    const OfBlock of_block = reinterpret_cast<const OfBlock*>(staged + 2 * blocks)[at];
    const std::uint32_t w[4] = {load.packed.x, load.packed.y, load.packed.z, load.packed.w};
    const std::uint32_t first[4] = {low.x, low.y, low.z, low.w};
    const std::uint32_t second[4] = {high.x, high.y, high.z, high.w};
    int dot = -of_block.offset;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      dot = dot4(w[i] & 0x0f0f0f0fu, first[i], dot);
      dot = dot4(w[i] >> 4 & 0x0f0f0f0fu, second[i], dot);
    }
    sum = fmaf(static_cast<float>(dot), load.scale_value() * of_block.scale, sum);
  }
};

}  // namespace seekd::model::kernels
