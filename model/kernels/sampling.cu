// The end of a step: the next token, out of what the blocks of the head found best.

#include "model/kernels/candidate.cuh"
#include "model/kernels/device_math.cuh"
#include "model/kernels/kernels.h"
#include "model/kernels/launch.cuh"

namespace seekd::model::kernels {
namespace {

constexpr int kThreads = 1024;
static_assert(kThreads == kWarp * kWarp, "the first warp joins what all warps found");

__device__ __forceinline__ Candidate warp_best(Candidate best) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    best = better_of(best, {__shfl_xor_sync(0xffffffffu, best.logit, offset),
                            __shfl_xor_sync(0xffffffffu, best.token, offset)});
  }
  return best;
}

__global__ void __launch_bounds__(kThreads)
    finish(const Candidate* candidates, int count, StepState* state, Candidate* host_results) {
  __shared__ Candidate shared[kWarp];
  let_next_begin();
  wait_for_previous();
  Candidate best = no_candidate();
  for (int i = threadIdx.x; i < count; i += kThreads) best = better_of(best, candidates[i]);
  best = warp_best(best);
  if (threadIdx.x % kWarp == 0) shared[threadIdx.x / kWarp] = best;
  __syncthreads();
  best = warp_best(shared[threadIdx.x % kWarp]);
  if (threadIdx.x != 0) return;
  host_results[state->position % 2] = best;
  state->token = best.token;
  state->position += 1;
}

}  // namespace

void finish_step(Stream stream, const Candidate* candidates, int count, StepState* state,
                 Candidate* host_results) {
  launch_overlapping(stream, {dim3(1), kThreads, 0}, finish, candidates, count, state,
                     host_results);
}

}  // namespace seekd::model::kernels
