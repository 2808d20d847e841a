// Matrix times one vector, with what stands before and after it in the network fused in.
//
// A warp takes a row (SwiGLU: the two rows of one output) and reads it in 16-byte loads, several in
// flight. The kernel begins while the one before it ends, and what it reads first is on its way
// before its input is there. The input lies in shared memory, normalised and encoded there
// by each block for itself: that reads a few kilobytes from the L2 cache, and saves a launch.

#include "model/kernels/candidate.cuh"
#include "model/kernels/device_math.cuh"
#include "model/kernels/encodings.cuh"
#include "model/kernels/kernels.h"
#include "model/kernels/launch.cuh"

namespace seekd::model::kernels {
namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / kWarp;
constexpr int kBlocksPerSm = 2;  // few enough that the next kernel's blocks find room beside them

enum class Output {
  store,       // out[row]
  store_best,  // out[row], and the block's best row
  add,         // residual[row] +=
  swiglu,      // silu(row) · (row + outputs / 2)
};

struct Input {
  const bf16* vector = nullptr;     // as it is, or
  const float* residual = nullptr;  // to be normalised
  Norm norm;
};

struct Target {
  float* values = nullptr;   // store, store_best, add
  bf16* products = nullptr;  // swiglu
  Candidate* candidates = nullptr;
};

// The norm's weights, behind the place of the staged input: they are there before the input is.
template <class Weights>
__device__ __forceinline__ float4* norm_weights(uint4* staged, int width) {
  return reinterpret_cast<float4*>(staged + Weights::staged_bytes(width) / sizeof(uint4));
}

template <class Weights>
__device__ __forceinline__ void stage_norm(const Input& input, int width, uint4* staged) {
  if (input.vector != nullptr) return;
  float4* weights = norm_weights<Weights>(staged, width);
  for (int i = threadIdx.x; i < width / 4; i += kThreads) {
    weights[i] = reinterpret_cast<const float4*>(input.norm.weight)[i];
  }
}

template <class Weights>
__device__ __forceinline__ void stage_vector(const bf16* vector, int width, uint4* staged) {
  if constexpr (std::is_same_v<Weights, PlainBf16>) {
    const auto* packed = reinterpret_cast<const uint4*>(vector);
    for (int i = threadIdx.x; i < width / 8; i += kThreads) staged[i] = packed[i];
  } else {
    // Several reads at once, for what a block of the vector shares keeps them from overlapping.
    constexpr int kBatch = 5;
    for (int begin = threadIdx.x; begin < width / 4; begin += kBatch * kThreads) {
      ushort4 fours[kBatch];
#pragma unroll
      for (int k = 0; k < kBatch; ++k) {
        const int i = begin + k * kThreads;
        if (i < width / 4) fours[k] = reinterpret_cast<const ushort4*>(vector)[i];
      }
#pragma unroll
      for (int k = 0; k < kBatch; ++k) {
        const int i = begin + k * kThreads;
        if (i < width / 4) Weights::stage(staged, width, i, to_float(fours[k]));
      }
    }
  }
}

template <class Weights>
__device__ __forceinline__ void stage_input(const Input& input, int width, uint4* staged,
                                            float* scratch) {
  if (input.vector != nullptr) {
    stage_vector<Weights>(input.vector, width, staged);
    __syncthreads();
    return;
  }
  const auto* residual = reinterpret_cast<const float4*>(input.residual);
  const float4* weights = norm_weights<Weights>(staged, width);
  float squares = 0;
  for (int i = threadIdx.x; i < width / 4; i += kThreads) {
    const float4 four = residual[i];
    squares += squares_of(four);
  }
  const float mean = block_sum(squares, scratch) / static_cast<float>(width);
  const float scale = rsqrtf(mean + input.norm.epsilon);
  for (int i = threadIdx.x; i < width / 4; i += kThreads) {
    // The weight is what this thread wrote.
    Weights::stage(staged, width, i, normalised(residual[i], scale, weights[i]));
  }
  __syncthreads();
}

// The next loads of one row; beyond its end nothing.
template <class Weights, int kUnroll>
struct Ahead {
  typename Weights::Load loads[kUnroll];

  __device__ __forceinline__ void read(const Matrix& matrix, std::int64_t row, int begin,
                                       int width) {
#pragma unroll
    for (int i = 0; i < kUnroll; ++i) {
      const int at = begin + i * kWarp;
      loads[i] = at < width ? Weights::read(matrix, row, at) : typename Weights::Load{};
    }
  }

  __device__ __forceinline__ void multiply(const uint4* staged, int inputs, int begin, int width,
                                           float& sum) const {
#pragma unroll
    for (int i = 0; i < kUnroll; ++i) {
      const int at = begin + i * kWarp;
      if (at < width) Weights::multiply(loads[i], staged, inputs, at, sum);
    }
  }
};

__device__ void keep_best(Candidate best, Candidate* shared, Candidate* out) {
  if (threadIdx.x % kWarp == 0) shared[threadIdx.x / kWarp] = best;
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (int warp = 1; warp < kWarps; ++warp) best = better_of(best, shared[warp]);
  out[blockIdx.x] = best;
}

// The rows of one warp, read one after another: while one is multiplied the next loads run.
template <class Weights, bool two_rows>
class Rows {
 public:
  struct Sums {
    float first = 0;
    float second = 0;  // of the row `rows` further on, where two are taken
  };

  __device__ __forceinline__ Rows(const Matrix& matrix, int rows)
      : matrix_(matrix),
        width_(matrix.inputs / Weights::kLoadWeights),
        rows_(rows),
        row_(static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp) {
    read(row_, threadIdx.x % kWarp);
  }

  __device__ __forceinline__ bool done() const { return row_ >= rows_; }
  __device__ __forceinline__ int row() const { return row_; }

  // Of the row's products with the staged input, the same in all lanes; goes on to the next row.
  __device__ __forceinline__ Sums next(const uint4* staged) {
    const int lane = threadIdx.x % kWarp;
    const int stride = static_cast<int>(gridDim.x) * kWarps;
    Sums sums;
    for (int at = lane; at < width_; at += kUnroll * kWarp) {
      first_.multiply(staged, matrix_.inputs, at, width_, sums.first);
      if constexpr (two_rows) second_.multiply(staged, matrix_.inputs, at, width_, sums.second);
      const bool row_ends = at - lane + kUnroll * kWarp >= width_;
      read(row_ends ? row_ + stride : row_, row_ends ? lane : at + kUnroll * kWarp);
    }
    row_ += stride;
    sums.first = warp_sum(sums.first);
    if constexpr (two_rows) sums.second = warp_sum(sums.second);
    return sums;
  }

 private:
  static constexpr int kUnroll = two_rows ? Weights::kPairLoads : Weights::kLoads;

  __device__ __forceinline__ void read(int row, int at) {
    if (row >= rows_) return;
    first_.read(matrix_, row, at, width_);
    if constexpr (two_rows) second_.read(matrix_, row + rows_, at, width_);
  }

  const Matrix& matrix_;
  int width_;  // of a row, in loads
  int rows_;
  int row_;
  Ahead<Weights, kUnroll> first_;
  Ahead<Weights, kUnroll> second_;
};

__device__ __forceinline__ float bias_of(const Matrix& matrix, int row) {
  return matrix.bias != nullptr ? to_float(matrix.bias[row]) : 0.0f;
}

template <class Weights, Output output>
__global__ void __launch_bounds__(kThreads, kBlocksPerSm)
    gemv(Matrix matrix, Input input, Target target) {
  extern __shared__ uint4 staged[];
  __shared__ float scratch[kWarps];
  __shared__ Candidate block_best[kWarps];
  constexpr bool two_rows = output == Output::swiglu;
  const int count = two_rows ? matrix.outputs / 2 : matrix.outputs;

  let_next_begin();
  Rows<Weights, two_rows> rows(matrix, count);
  stage_norm<Weights>(input, matrix.inputs, staged);
  wait_for_previous();
  stage_input<Weights>(input, matrix.inputs, staged, scratch);

  Candidate best = no_candidate();
  while (!rows.done()) {
    const int row = rows.row();
    const auto sums = rows.next(staged);
    const float sum = sums.first + bias_of(matrix, row);
    if constexpr (output == Output::store_best) best = better_of(best, candidate(sum, row));
    if (threadIdx.x % kWarp != 0) continue;
    if constexpr (output == Output::swiglu) {
      target.products[row] = to_bf16(silu(sum) * (sums.second + bias_of(matrix, row + count)));
    } else if constexpr (output == Output::add) {
      target.values[row] += sum;
    } else {
      target.values[row] = sum;
    }
  }
  if constexpr (output == Output::store_best) keep_best(best, block_best, target.candidates);
}

int blocks_for(int rows) {
  const int most = device_properties().multiProcessorCount * kBlocksPerSm;
  const int wanted = (rows + kWarps - 1) / kWarps;
  return wanted < most ? wanted : most;
}

template <class Weights, Output output>
void launch_as(Stream stream, const Matrix& matrix, const Input& input, const Target& target) {
  const int rows = output == Output::swiglu ? matrix.outputs / 2 : matrix.outputs;
  const int norm_bytes =
      input.vector == nullptr ? matrix.inputs * static_cast<int>(sizeof(float)) : 0;
  const int shared_bytes = Weights::staged_bytes(matrix.inputs) + norm_bytes;
  constexpr int granted_anyway = 48 * 1024;
  if (shared_bytes > granted_anyway - 1024) {
    cudaFuncSetAttribute(gemv<Weights, output>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                         shared_bytes);
  }
  launch_overlapping(stream, {dim3(blocks_for(rows)), kThreads, shared_bytes},
                     gemv<Weights, output>, matrix, input, target);
}

template <Output output>
void launch(Stream stream, const Matrix& matrix, const Input& input, const Target& target) {
  switch (matrix.encoding) {
    case Encoding::bf16:
      return launch_as<PlainBf16, output>(stream, matrix, input, target);
    case Encoding::int8:
      return launch_as<BlockInt8, output>(stream, matrix, input, target);
    case Encoding::int4:
      return launch_as<BlockInt4, output>(stream, matrix, input, target);
  }
}

}  // namespace

int best_blocks(int vocabulary) {
  return blocks_for(vocabulary);
}

void norm_gemv(Stream stream, const Matrix& matrix, const Norm& norm, const float* residual,
               float* out) {
  launch<Output::store>(stream, matrix, {nullptr, residual, norm}, {out, nullptr, nullptr});
}

void norm_gemv_best(Stream stream, const Matrix& matrix, const Norm& norm, const float* residual,
                    float* logits, Candidate* candidates) {
  launch<Output::store_best>(stream, matrix, {nullptr, residual, norm},
                             {logits, nullptr, candidates});
}

void gemv_add(Stream stream, const Matrix& matrix, const bf16* input, float* residual) {
  launch<Output::add>(stream, matrix, {input, nullptr, {}}, {residual, nullptr, nullptr});
}

void norm_gemv_swiglu(Stream stream, const Matrix& matrix, const Norm& norm, const float* residual,
                      bf16* out) {
  launch<Output::swiglu>(stream, matrix, {nullptr, residual, norm}, {nullptr, out, nullptr});
}

}  // namespace seekd::model::kernels
