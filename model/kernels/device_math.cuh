// What the kernels share on the device: bfloat16, warp sums, and launches that overlap.
#pragma once

#include <cstdint>

#include <cuda_runtime.h>

namespace seekd::model::kernels {

constexpr int kWarp = 32;

__device__ __forceinline__ float low_half(std::uint32_t pair) {
  return __uint_as_float(pair << 16);
}
__device__ __forceinline__ float high_half(std::uint32_t pair) {
  return __uint_as_float(pair & 0xffff0000u);
}

__device__ __forceinline__ float to_float(std::uint16_t value) {
  return __uint_as_float(static_cast<std::uint32_t>(value) << 16);
}

// Rounds to nearest, ties to even; what is not a number stays none.
__device__ __forceinline__ std::uint16_t to_bf16(float value) {
  const std::uint32_t bits = __float_as_uint(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0;
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

__device__ __forceinline__ void unpack8(const uint4& packed, float (&values)[8]) {
  const std::uint32_t words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    values[2 * i] = low_half(words[i]);
    values[2 * i + 1] = high_half(words[i]);
  }
}

__device__ __forceinline__ uint4 pack8(const float (&values)[8]) {
  std::uint32_t words[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    words[i] =
        to_bf16(values[2 * i]) | (static_cast<std::uint32_t>(to_bf16(values[2 * i + 1])) << 16);
  }
  return {words[0], words[1], words[2], words[3]};
}

__device__ __forceinline__ void read8(const float* address, float (&values)[8]) {
  const float4 low = reinterpret_cast<const float4*>(address)[0];
  const float4 high = reinterpret_cast<const float4*>(address)[1];
  values[0] = low.x;
  values[1] = low.y;
  values[2] = low.z;
  values[3] = low.w;
  values[4] = high.x;
  values[5] = high.y;
  values[6] = high.z;
  values[7] = high.w;
}

__device__ __forceinline__ float warp_sum(float value) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, offset);
  }
  return value;
}

// The sum over the block, for every thread of it. `scratch`: [warps] shared; may be used again
// after the next __syncthreads().
__device__ __forceinline__ float block_sum(float value, float* scratch) {
  value = warp_sum(value);
  const int warps = static_cast<int>(blockDim.x) / kWarp;
  if (threadIdx.x % kWarp == 0) scratch[threadIdx.x / kWarp] = value;
  __syncthreads();
  float sum = 0;
  for (int warp = 0; warp < warps; ++warp) sum += scratch[warp];
  return sum;
}

// RMSNorm, four at a time: what they add to the sum of squares, and what becomes of them.
__device__ __forceinline__ float squares_of(const float4& four) {
  return four.x * four.x + four.y * four.y + four.z * four.z + four.w * four.w;
}
__device__ __forceinline__ float4 normalised(const float4& four, float scale,
                                             const float4& weight) {
  return {four.x * scale * weight.x, four.y * scale * weight.y, four.z * scale * weight.z,
          four.w * scale * weight.w};
}
__device__ __forceinline__ float4 to_float(const ushort4& four) {
  return {to_float(four.x), to_float(four.y), to_float(four.z), to_float(four.w)};
}
__device__ __forceinline__ ushort4 to_bf16(const float4& four) {
  return {to_bf16(four.x), to_bf16(four.y), to_bf16(four.z), to_bf16(four.w)};
}

__device__ __forceinline__ float silu(float value) {
  return value / (1.0f + __expf(-value));
}

// Kernels of one step are launched so that the next may begin before this one has ended
// (programmatic dependent launch, CUDA programming guide §4.5; compute capability 9.0). Every
// kernel waits before it touches what others write, the ones that read only weights before that
// included: that a kernel has ended then means that all before it have.
__device__ __forceinline__ void let_next_begin() {
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
#endif
}
__device__ __forceinline__ void wait_for_previous() {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
}

}  // namespace seekd::model::kernels
