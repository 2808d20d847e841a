// Encoded weights as bf16: what libtorch's matrix products of many tokens read.

#include "model/kernels/encodings.cuh"
#include "model/kernels/kernels.h"

namespace seekd::model::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kEach = 8;  // weights a thread: 16 bytes written

__device__ __forceinline__ float scale_of(const Matrix& matrix, std::int64_t weight) {
  return __half2float(__ushort_as_half(matrix.scales[weight / kBlockWeights]));
}

__device__ __forceinline__ std::uint32_t byte_of(const uint2& bytes, int i) {
  return (i < 4 ? bytes.x : bytes.y) >> 8 * (i % 4) & 0xffu;
}

__global__ void dequantize_int8(Matrix matrix, std::int64_t count, bf16* out) {
  const std::int64_t at = (static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x) * kEach;
  if (at >= count) return;
  const auto bytes =
      *reinterpret_cast<const uint2*>(static_cast<const std::int8_t*>(matrix.weights) + at);
  const float scale = scale_of(matrix, at);
  float values[kEach];
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    values[i] = scale * static_cast<float>(static_cast<std::int8_t>(byte_of(bytes, i)));
  }
  *reinterpret_cast<uint4*>(out + at) = pack8(values);
}

__global__ void dequantize_int4(Matrix matrix, std::int64_t count, bf16* out) {
  const std::int64_t at = (static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x) * kEach;
  if (at >= count) return;
  constexpr int half = kBlockWeights / 2;
  const std::int64_t block = at / kBlockWeights;
  const int within = static_cast<int>(at % kBlockWeights);
  const auto* halves = static_cast<const std::uint8_t*>(matrix.weights) + block * half;
  const auto bytes = *reinterpret_cast<const uint2*>(halves + within % half);
  const float scale = scale_of(matrix, at);
  float values[kEach];
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    const std::uint32_t nibble = byte_of(bytes, i) >> (within < half ? 0 : 4) & 0xfu;
    values[i] = scale * static_cast<float>(static_cast<int>(nibble) - 8);
  }
  *reinterpret_cast<uint4*>(out + at) = pack8(values);
}

}  // namespace

void dequantize(Stream stream, const Matrix& matrix, bf16* out) {
  const std::int64_t count = static_cast<std::int64_t>(matrix.outputs) * matrix.inputs;
  const auto blocks = static_cast<unsigned>((count / kEach + kThreads - 1) / kThreads);
  const auto kernel = matrix.encoding == Encoding::int8 ? dequantize_int8 : dequantize_int4;
  kernel<<<blocks, kThreads, 0, stream>>>(matrix, count, out);
}

}  // namespace seekd::model::kernels
