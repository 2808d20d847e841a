// A softmax over keys that are spread over lanes, warps and blocks: kept while they come, joined
// afterwards (Milakov, Gimelshein, "Online normalizer calculation for softmax", 2018). Scores are
// in base 2.
#pragma once

#include "model/kernels/device_math.cuh"

namespace seekd::model::kernels {

constexpr int kGroupMax = 8;  // query heads that share a KV head; a warp each, when joined

// The score of a key that is not there: its share is 0, and no difference of two is not a number.
constexpr float kNothing = -1e30f;

__device__ __forceinline__ float dot8(const float (&a)[8], const float (&b)[8]) {
  float sum = 0;
#pragma unroll
  for (int i = 0; i < 8; ++i) sum = fmaf(a[i], b[i], sum);
  return sum;
}

template <int lanes>
__device__ __forceinline__ float lanes_sum(float value) {
#pragma unroll
  for (int offset = lanes / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, offset);
  }
  return value;
}

// The softmax of one query head over the keys seen so far (Milakov, Gimelshein, 2018): eight
// dimensions of the weighted sum of values, the greatest score, and the sum of exponentials.
struct Running {
  float greatest = kNothing;
  float weight = 0;
  float sum[8] = {};

  // Two keys and their values at once: one rescaling for both.
  __device__ __forceinline__ void add(const float (&scores)[2], const float (&values)[2][8]) {
    const float next = fmaxf(greatest, fmaxf(scores[0], scores[1]));
    const float kept = exp2f(greatest - next);
    const float shares[2] = {exp2f(scores[0] - next), exp2f(scores[1] - next)};
    greatest = next;
    weight = weight * kept + shares[0] + shares[1];
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      sum[i] = sum[i] * kept + shares[0] * values[0][i] + shares[1] * values[1][i];
    }
  }

  __device__ __forceinline__ void join_lane(int offset) {
    const float other = __shfl_xor_sync(0xffffffffu, greatest, offset);
    const float next = fmaxf(greatest, other);
    const float kept = exp2f(greatest - next);
    const float taken = exp2f(other - next);
    greatest = next;
    weight = weight * kept + __shfl_xor_sync(0xffffffffu, weight, offset) * taken;
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      sum[i] = sum[i] * kept + __shfl_xor_sync(0xffffffffu, sum[i], offset) * taken;
    }
  }
};

// What each of several parts of a softmax counts for in the whole: exp2 of how far its greatest
// score lies below the greatest of all. A warp for each head of the group; its lanes take parts.
template <int parts_max>
struct Shares {
  float of_part[kGroupMax][parts_max];
  float greatest[kGroupMax];
  float weight[kGroupMax];

  // `weights_of`: greatest score and sum of exponentials of a part. Ends with a __syncthreads().
  template <class WeightsOf>
  __device__ void find(int group, int parts, const WeightsOf& weights_of) {
    const int g = threadIdx.x / kWarp;
    const int lane = threadIdx.x % kWarp;
    if (g < group) {
      float most = kNothing;
      for (int part = lane; part < parts; part += kWarp) most = fmaxf(most, weights_of(part, g).x);
      for (int offset = kWarp / 2; offset > 0; offset /= 2) {
        most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, offset));
      }
      float sum = 0;
      for (int part = lane; part < parts; part += kWarp) {
        const float2 own = weights_of(part, g);
        of_part[g][part] = exp2f(own.x - most);
        sum += of_part[g][part] * own.y;
      }
      sum = warp_sum(sum);
      if (lane == 0) {
        greatest[g] = most;
        weight[g] = sum;
      }
    }
    __syncthreads();
  }
};

__device__ __forceinline__ void add_scaled(float4& sum, float share, const float4& part) {
  sum.x = fmaf(share, part.x, sum.x);
  sum.y = fmaf(share, part.y, sum.y);
  sum.z = fmaf(share, part.z, sum.z);
  sum.w = fmaf(share, part.w, sum.w);
}

}  // namespace seekd::model::kernels
