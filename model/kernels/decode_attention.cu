// One query against the whole cache: rotary positions, the cache's next entry, and attention whose
// keys are split over enough blocks to read them at the memory's speed.

#include "model/kernels/device_math.cuh"
#include "model/kernels/kernels.h"
#include "model/kernels/launch.cuh"
#include "model/kernels/running_softmax.cuh"

namespace seekd::model::kernels {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
constexpr int kSplitsMax = 64;
constexpr int kSplitTokensMin = 32;  // fewer keys are not worth a block and its join

template <class Element>
struct Arguments {
  AttentionShape shape;
  const StepState* states = nullptr;
  int layer = 0;
  const Element* qkv = nullptr;
  RopeTables rope;
  AttentionScratch scratch;
  bf16* out = nullptr;
};

// The rotation of eight neighbouring dimensions of a head; `part` says which eight. Those half a
// head away are rotated against them.
template <int head_dim>
struct Rotation {
  float cosines[8];
  float sines[8];  // negative for the lower half
  int first = 0;
  int partner = 0;

  __device__ __forceinline__ Rotation(const RopeTables& rope, int position, int part) {
    constexpr int half = head_dim / 2;
    first = part * 8;
    const bool upper = first >= half;
    partner = upper ? first - half : first + half;
    const std::int64_t angle =
        static_cast<std::int64_t>(position) * half + (upper ? partner : first);
    read8(rope.cosines + angle, cosines);
    read8(rope.sines + angle, sines);
#pragma unroll
    for (float& sine : sines) sine = upper ? sine : -sine;
  }

  // `head` in shared memory, where a lane reads its partner's dimensions too.
  __device__ __forceinline__ void apply(const float* head, float (&out)[8]) const {
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      out[i] = head[first + i] * cosines[i] + head[partner + i] * sines[i];
    }
  }
};

// One lane's place: which of a KV head's keys it takes, and which eight dimensions of them.
template <int head_dim>
struct Place {
  static constexpr int lanes = head_dim / 8;                 // that hold one key together
  static constexpr int warp_tokens = kWarp / lanes;          // keys that a warp takes at once
  static constexpr int round_tokens = kWarps * warp_tokens;  // that the block takes at once

  int lane = threadIdx.x % kWarp;
  int part = lane % lanes;
  int own = threadIdx.x / kWarp * warp_tokens + lane / lanes;
};

// The cached keys and values of one KV head, a round of them ahead in registers.
template <int head_dim>
struct Cached {
  bf16* keys = nullptr;  // of this lane's eight dimensions
  bf16* values = nullptr;
  const std::int32_t* pages = nullptr;
  int begin = 0;
  int end = 0;
  uint4 packed[2][2];

  __device__ __forceinline__ Cached(std::int64_t head, const StepState& state, int begin, int end,
                                    const Place<head_dim>& place)
      : pages(state.pages), begin(begin), end(end) {
    const std::int64_t at = head * state.slots * head_dim + place.part * 8;
    keys = state.keys + at;
    values = state.values + at;
    read(begin + place.own, 0);
    read(begin + place.own + Place<head_dim>::round_tokens, 1);
  }

  // Where a token's key and value begin.
  __device__ __forceinline__ std::int64_t place_of(int token) const {
    const std::int64_t page = __ldg(pages + token / page_tokens);
    return (page * page_tokens + token % page_tokens) * head_dim;
  }

  __device__ __forceinline__ void read(int token, int slot) {
    const bool there = token < end;
    const std::int64_t at = there ? place_of(token) : 0;
    packed[slot][0] = there ? *reinterpret_cast<const uint4*>(keys + at) : uint4{};
    packed[slot][1] = there ? *reinterpret_cast<const uint4*>(values + at) : uint4{};
  }
};

template <int head_dim, int group>
__device__ __forceinline__ void attend_to_cached(Cached<head_dim>& cached,
                                                 const Place<head_dim>& place,
                                                 const float (&query)[group][8],
                                                 Running (&running)[group]) {
  constexpr int round_tokens = Place<head_dim>::round_tokens;
  // All lanes of a warp go round together, for they add up scores between them.
  for (int token = cached.begin + place.own; token - place.own < cached.end;
       token += 2 * round_tokens) {
    float keys[2][8];
    float values[2][8];
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      unpack8(cached.packed[i][0], keys[i]);
      unpack8(cached.packed[i][1], values[i]);
      cached.read(token + (2 + i) * round_tokens, i);
    }
#pragma unroll
    for (int g = 0; g < group; ++g) {
      float scores[2];
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        const float score = lanes_sum<Place<head_dim>::lanes>(dot8(query[g], keys[i]));
        scores[i] = token + i * round_tokens < cached.end ? score : kNothing;
      }
      running[g].add(scores, values);
    }
  }
}

__device__ __forceinline__ float4 read4(const float* four) {
  return *reinterpret_cast<const float4*>(four);
}
__device__ __forceinline__ float4 read4(const bf16* four) {
  return to_float(*reinterpret_cast<const ushort4*>(four));
}

// The row's KV head that this block serves, of all rows.
__device__ __forceinline__ int row_head() {
  return static_cast<int>(blockIdx.z * gridDim.y + blockIdx.y);
}

// What the token's projection holds of one KV head: its queries, its key, its value.
template <int head_dim, int group>
struct Projected {
  float queries[group][head_dim];
  float key[head_dim];
  float value[head_dim];

  // By the whole block; ends with a __syncthreads().
  template <class Element>
  __device__ __forceinline__ void read(const Arguments<Element>& a) {
    constexpr int head = head_dim / 4;
    const std::int64_t row =
        static_cast<std::int64_t>(blockIdx.z) * head_dim * (a.shape.heads + 2 * a.shape.kv_heads);
    const Element* all = a.qkv + row;
    auto* own = reinterpret_cast<float4*>(this);
    const int kv_head = static_cast<int>(blockIdx.y);
    for (int i = threadIdx.x; i < (group + 2) * head; i += kThreads) {
      const int which = i / head;
      const int from = which < group    ? kv_head * group + which
                       : which == group ? a.shape.heads + kv_head
                                        : a.shape.heads + a.shape.kv_heads + kv_head;
      own[i] = read4(all + (from * head + i % head) * 4);
    }
    __syncthreads();
  }
};

// The new token's own key and value: taken from the projection, and written behind the cache.
template <int head_dim, int group>
__device__ __forceinline__ void attend_to_newest(const Projected<head_dim, group>& projected,
                                                 int position, const Rotation<head_dim>& rotation,
                                                 const Cached<head_dim>& cached,
                                                 const Place<head_dim>& place,
                                                 const float (&query)[group][8],
                                                 Running (&running)[group]) {
  float keys[8];
  float values[2][8];
  rotation.apply(projected.key, keys);
  read8(projected.value + place.part * 8, values[0]);
  const uint4 packed_key = pack8(keys);
  const uint4 packed_value = pack8(values[0]);
  unpack8(packed_key, keys);
  unpack8(packed_value, values[0]);
  unpack8(packed_value, values[1]);
  const bool counts = place.lane < Place<head_dim>::lanes;
  if (counts) {
    const std::int64_t at = cached.place_of(position);
    *reinterpret_cast<uint4*>(cached.keys + at) = packed_key;
    *reinterpret_cast<uint4*>(cached.values + at) = packed_value;
  }
#pragma unroll
  for (int g = 0; g < group; ++g) {
    const float score = lanes_sum<Place<head_dim>::lanes>(dot8(query[g], keys));
    running[g].add({counts ? score : kNothing, kNothing}, values);
  }
}

// The block's warps joined, written as this split's part. From here on a thread has four dimensions
// of one head.
template <int head_dim, int group>
__device__ void write_part(const AttentionScratch& scratch, const Running (&running)[group]) {
  __shared__ float4 sums[kWarps][group * head_dim / 4];
  __shared__ float2 weights[kWarps][group];
  __shared__ Shares<kWarps> shares;
  constexpr int lanes = head_dim / 8;
  const int warp = threadIdx.x / kWarp;
  const int lane = threadIdx.x % kWarp;
  if (lane < lanes) {
#pragma unroll
    for (int g = 0; g < group; ++g) {
      const float(&sum)[8] = running[g].sum;
      sums[warp][(g * lanes + lane) * 2] = {sum[0], sum[1], sum[2], sum[3]};
      sums[warp][(g * lanes + lane) * 2 + 1] = {sum[4], sum[5], sum[6], sum[7]};
      if (lane == 0) weights[warp][g] = {running[g].greatest, running[g].weight};
    }
  }
  __syncthreads();
  shares.find(group, kWarps, [&](int part, int g) { return weights[part][g]; });
  const int split = (row_head() * scratch.splits + static_cast<int>(blockIdx.x)) * group;
  auto* parts =
      reinterpret_cast<float4*>(scratch.sums) + static_cast<std::int64_t>(split) * (head_dim / 4);
  for (int i = threadIdx.x; i < group * head_dim / 4; i += kThreads) {
    float4 sum{};
#pragma unroll
    for (int other = 0; other < kWarps; ++other) {
      add_scaled(sum, shares.of_part[i / (head_dim / 4)][other], sums[other][i]);
    }
    parts[i] = sum;
  }
  if (threadIdx.x < group) {
    reinterpret_cast<float2*>(scratch.weights)[split + threadIdx.x] = {shares.greatest[threadIdx.x],
                                                                       shares.weight[threadIdx.x]};
  }
}

// Whether this block is the last of its KV head's to have written its part. The barrier and the
// atomic order all threads' writes before, and their reads after (PTX memory model, causality).
__device__ bool arrived_last(std::uint32_t* arrived, int splits) {
  __shared__ bool last;
  __syncthreads();
  if (threadIdx.x == 0) {
    std::uint32_t before;
    asm volatile("atom.add.acq_rel.gpu.global.u32 %0, [%1], 1;"
                 : "=r"(before)
                 : "l"(arrived)
                 : "memory");
    last = before == static_cast<std::uint32_t>(splits - 1);
    if (last) *arrived = 0;
  }
  __syncthreads();
  return last;
}

template <int head_dim, int group>
__device__ void join_parts(const AttentionScratch& scratch, int splits, bf16* out) {
  __shared__ Shares<kSplitsMax> shares;
  constexpr int wide = group * head_dim / 4;
  const int begin = row_head() * scratch.splits * group;
  const auto* weights = reinterpret_cast<const float2*>(scratch.weights) + begin;
  const auto* sums = reinterpret_cast<const float4*>(scratch.sums) +
                     static_cast<std::int64_t>(begin) * (head_dim / 4);
  // Asked for before their shares are known.
  constexpr int ahead = 8;
  float4 parts[ahead];
  const int own = min(static_cast<int>(threadIdx.x), wide - 1);
#pragma unroll
  for (int i = 0; i < ahead; ++i) parts[i] = sums[min(i, splits - 1) * wide + own];
  shares.find(group, splits, [&](int part, int g) { return weights[part * group + g]; });
  if (static_cast<int>(threadIdx.x) >= wide) return;
  const int g = own / (head_dim / 4);
  float4 sum{};
#pragma unroll
  for (int i = 0; i < ahead; ++i) {
    if (i < splits) add_scaled(sum, shares.of_part[g][i], parts[i]);
  }
#pragma unroll 8
  for (int split = ahead; split < splits; ++split) {
    add_scaled(sum, shares.of_part[g][split], sums[split * wide + own]);
  }
  const float weight = shares.weight[g];
  ushort4 attended;
  attended.x = to_bf16(sum.x / weight);
  attended.y = to_bf16(sum.y / weight);
  attended.z = to_bf16(sum.z / weight);
  attended.w = to_bf16(sum.w / weight);
  reinterpret_cast<ushort4*>(out)[row_head() * wide + own] = attended;
}

// What lies in the cache is there from steps before, so its reading begins before this step's
// query is known.
template <int head_dim, int group, class Element>
__global__ void __launch_bounds__(kThreads) decode_attention(Arguments<Element> a) {
  let_next_begin();
  const StepState state = a.states[blockIdx.z];
  const int even = (state.position + a.scratch.splits - 1) / a.scratch.splits;
  const int each = max((even + kSplitTokensMin - 1) / kSplitTokensMin, 1) * kSplitTokensMin;
  const int splits = max((state.position + each - 1) / each, 1);
  const int begin = static_cast<int>(blockIdx.x) * each;
  const Place<head_dim> place;
  const Rotation<head_dim> rotation(a.rope, state.position, place.part);
  const std::int64_t head = static_cast<std::int64_t>(a.layer) * a.shape.kv_heads + blockIdx.y;
  Cached<head_dim> cached(head, state, begin, min(begin + each, state.position), place);
  wait_for_previous();
  if (static_cast<int>(blockIdx.x) >= splits) return;

  __shared__ __align__(16) Projected<head_dim, group> projected;
  projected.read(a);
  float query[group][8];
  const float to_base_2 = 1.44269504f * rsqrtf(static_cast<float>(head_dim));
#pragma unroll
  for (int g = 0; g < group; ++g) {
    rotation.apply(projected.queries[g], query[g]);
#pragma unroll
    for (float& value : query[g]) value *= to_base_2;
  }
  Running running[group];
  if (blockIdx.x == 0 && threadIdx.x < kWarp) {
    attend_to_newest(projected, state.position, rotation, cached, place, query, running);
  }
  attend_to_cached(cached, place, query, running);
#pragma unroll
  for (Running& one : running) {
#pragma unroll
    for (int offset = Place<head_dim>::lanes; offset < kWarp; offset *= 2) one.join_lane(offset);
  }
  write_part<head_dim, group>(a.scratch, running);
  if (arrived_last(a.scratch.arrived + row_head(), splits)) {
    join_parts<head_dim, group>(a.scratch, splits, a.out);
  }
}

static_assert(kGroupMax <= kWarps && kGroupMax * 128 / 4 <= kThreads);

template <int head_dim, int group, class Element>
void launch(Stream stream, int rows, const Arguments<Element>& arguments) {
  if (arguments.shape.heads / arguments.shape.kv_heads != group) {
    if constexpr (group < kGroupMax) launch<head_dim, group + 1>(stream, rows, arguments);
    return;
  }
  const dim3 grid(arguments.scratch.splits, arguments.shape.kv_heads, rows);
  launch_overlapping(stream, {grid, kThreads, 0}, decode_attention<head_dim, group, Element>,
                     arguments);
}

template <class Element>
void launch(Stream stream, int rows, const Arguments<Element>& arguments) {
  if (arguments.shape.head_dim == 64) return launch<64, 1>(stream, rows, arguments);
  launch<128, 1>(stream, rows, arguments);
}

}  // namespace

int attention_splits(int rows, int kv_heads) {
  return min(max(device_properties().multiProcessorCount / (rows * kv_heads), 1), kSplitsMax);
}

bool decode_supported(const AttentionShape& shape, int hidden, int feed_forward) {
  const int group = shape.heads / shape.kv_heads;
  const bool heads_fit = shape.heads % shape.kv_heads == 0 && group <= kGroupMax &&
                         (shape.head_dim == 64 || shape.head_dim == 128);
  // The vector that a matrix is multiplied with lies in shared memory, as bf16; the residual stream
  // beside its norm's weights.
  const int widest = max(max(3 * hidden, feed_forward), shape.heads * shape.head_dim);
  const auto shared_bytes_max = static_cast<int>(device_properties().sharedMemPerBlockOptin);
  const bool widths_fit = hidden % 8 == 0 && feed_forward % 8 == 0 &&
                          widest * static_cast<int>(sizeof(bf16)) + 1024 <= shared_bytes_max;
  return heads_fit && widths_fit;
}

void attend(Stream stream, int rows, const AttentionShape& shape, const StepState* states,
            int layer, const float* qkv, const RopeTables& rope, const AttentionScratch& scratch,
            bf16* out) {
  launch(stream, rows, Arguments<float>{shape, states, layer, qkv, rope, scratch, out});
}

void attend(Stream stream, int rows, const AttentionShape& shape, const StepState* states,
            int layer, const bf16* qkv, const RopeTables& rope, const AttentionScratch& scratch,
            bf16* out) {
  launch(stream, rows, Arguments<bf16>{shape, states, layer, qkv, rope, scratch, out});
}

}  // namespace seekd::model::kernels
