#include "model/families/llama_gpu.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <utility>

#include <ATen/ATen.h>

#include "model/families/gpu_network.h"
#include "model/families/gpu_rows.h"
#include "model/families/many_rows.h"
#include "model/kernels/device_memory.h"
#include "model/kernels/step_graphs.h"

namespace seekd::model {

namespace {

using kernels::Candidate;
using kernels::RowDraw;

constexpr kernels::Stream kStream = nullptr;  // the legacy default stream
constexpr std::size_t kDrawnMax = 4096;       // tokens of one step
constexpr std::size_t kStepsMax = 2;          // begun and not finished

// Rows of one text each read all of its cache by our own attention; flash attention reads it once.
constexpr std::size_t kRowsOfATextMax = 16;

RowDraw row_draw(const Draw& draw) {
  const Sampling& sampling = draw.sampling;
  const auto inverse = sampling.temperature > 0 ? 1.0 / sampling.temperature : 0.0;
  return {.inverse_temperature = static_cast<float>(inverse),
          .top_p = static_cast<float>(sampling.top_p),
          .min_p = static_cast<float>(sampling.min_p),
          .top_k = static_cast<std::int32_t>(std::min<std::size_t>(sampling.top_k, 1 << 30)),
          .point = point_of(draw)};
}

std::size_t rows_of(Batch batch) {
  std::size_t rows = 0;
  for (const BatchPart& part : batch) rows += part.tokens.size();
  return rows;
}

// How many rows run through the graphs. Weights in bf16 are read as fast by libtorch's products
// from 64 rows on, whose launches take the host some 4 ms a step: a larger network hides them.
std::size_t rows_of_graphs(const LlamaWeights& weights) {
  constexpr std::int64_t large = 4'000'000'000;  // weights
  const LlamaBlock& block = weights.blocks.front();
  std::int64_t of_a_block = 0;
  for (const Linear* linear :
       {&block.query_key_value, &block.attention_output, &block.gate_up, &block.down}) {
    of_a_block += linear->outputs() * linear->inputs();
  }
  const bool plain = weights.head.quantized().kind == config::Quantization::none;
  const auto all = of_a_block * static_cast<std::int64_t>(weights.blocks.size());
  return plain && all > large ? 32 : kernels::few_rows_max;
}

std::vector<std::int64_t> rows_drawn_on_host(std::span<const Draw> draws) {
  std::vector<std::int64_t> rows;
  for (const Draw& draw : draws) {
    const bool on_host = draw.allowed != nullptr || drawn_on_host(draw.sampling);
    if (on_host) rows.push_back(&draw - draws.data());
  }
  return rows;
}

// Waits for the step's logits; these rows alone are copied.
std::vector<Result<DrawnToken>> draw_on_host(const at::Tensor& logits, std::span<const Draw> draws,
                                             const std::vector<std::int64_t>& rows) {
  std::vector<Draw> wanted;
  wanted.reserve(rows.size());
  for (const std::int64_t row : rows) wanted.push_back(draws[static_cast<std::size_t>(row)]);
  const at::Tensor places = at::tensor(rows, at::kLong).to(logits.device());
  return sample_tokens(logits.index_select(0, places), wanted);
}

void check(cudaError_t error, const char* doing) {
  TORCH_CHECK(error == cudaSuccess, kernels::failed(doing, error).error().message);
}

}  // namespace

struct LlamaGpu::State {
  explicit State(const LlamaWeights& all)
      : weights(all), rows_max(rows_of_graphs(all)), many(all) {}

  const LlamaWeights& weights;
  const std::size_t rows_max;  // of the graphs
  ManyRows many;
  std::unique_ptr<kernels::StepGraphs> graphs;
  kernels::DeviceArray<std::int32_t> drawn;  // by the last step begun

  struct Turn {
    kernels::PinnedArray<Candidate> results;
    kernels::OwnedEvent ended;
    std::vector<std::int64_t> rows_on_host;  // of the draws below
    std::vector<Result<DrawnToken>> from_host;
  };
  std::array<Turn, kStepsMax> turns;
  std::size_t turn = 0;             // of the next step
  std::deque<std::size_t> pending;  // how many tokens each step begun draws, the oldest first

  cudaError_t allocate_turns();
  bool few(Batch batch) const;
  void begin_few(Batch batch, std::span<const RowDraw> draws, const KvPages& pages) const;
  at::Tensor few_logits(Batch batch) const;
  at::Tensor run_many(Batch batch, std::span<const RowDraw> draws, KvPages& pages);
};

cudaError_t LlamaGpu::State::allocate_turns() {
  cudaError_t error = kernels::allocate(drawn, kDrawnMax);
  for (Turn& one : turns) {
    if (error == cudaSuccess) error = kernels::allocate(one.results, kDrawnMax);
    if (error == cudaSuccess) error = kernels::make(one.ended);
  }
  return error;
}

bool LlamaGpu::State::few(Batch batch) const {
  return rows_of(batch) <= rows_max && std::ranges::all_of(batch, [](const BatchPart& part) {
           return part.tokens.size() <= kRowsOfATextMax;
         });
}

// `draws`: of the tokens whose logits are wanted, in order; none: nothing is drawn.
void LlamaGpu::State::begin_few(Batch batch, std::span<const RowDraw> draws,
                                const KvPages& pages) const {
  std::vector<kernels::StepRow> rows;
  std::size_t place = 0;
  for (const BatchPart& part : batch) {
    const std::size_t unwanted = part.tokens.size() - part.logits;
    for (std::size_t i = 0; i < part.tokens.size(); ++i) {
      const auto position = static_cast<std::int32_t>(part.position + static_cast<std::int64_t>(i));
      kernels::StepRow row{{part.tokens[i], position, bits_to_write(pages.keys()),
                            bits_to_write(pages.values()), pages.slots(), nullptr},
                           part.pages,
                           {}};
      if (i >= unwanted && place < draws.size()) row.draw = draws[place++];
      rows.push_back(row);
    }
  }
  const auto begun = graphs->begin(rows);
  TORCH_CHECK(begun, begun ? "" : begun.error().message);
}

// Of the step begun last; undefined where none are wanted.
at::Tensor LlamaGpu::State::few_logits(Batch batch) const {
  std::vector<std::int64_t> wanted;
  std::int64_t row = 0;
  for (const BatchPart& part : batch) {
    row += static_cast<std::int64_t>(part.tokens.size());
    for (std::size_t i = part.logits; i > 0; --i) {
      wanted.push_back(row - static_cast<std::int64_t>(i));
    }
  }
  if (wanted.empty()) return {};
  const at::TensorOptions there = at::TensorOptions(at::kFloat).device(weights.device.device);
  return at::from_blob(const_cast<float*>(graphs->logits()), {row, weights.head.outputs()}, there)
      .index_select(0, at::tensor(wanted, at::kLong).to(there.device()));
}

at::Tensor LlamaGpu::State::run_many(Batch batch, std::span<const RowDraw> draws, KvPages& pages) {
  const GpuRows rows(batch, draws, pages, weights.device.device);
  rows.fill_in(drawn.get());
  const at::Tensor logits = many.forward(batch, rows, pages);
  if (!draws.empty()) {
    kernels::draw_rows(kStream, static_cast<int>(draws.size()), static_cast<int>(logits.size(1)),
                       logits.const_data_ptr<float>(), {}, rows.draws(), drawn.get());
  }
  return logits;
}

LlamaGpu::LlamaGpu(std::unique_ptr<State> state) : state_(std::move(state)) {}
LlamaGpu::~LlamaGpu() = default;

Result<std::unique_ptr<LlamaGpu>> LlamaGpu::create(const LlamaWeights& weights) {
  if (!weights.device.device.is_cuda() || weights.device.weights != c10::kBFloat16) {
    return fail(ErrorCode::unsupported, "our own kernels serve NVIDIA GPUs and bf16");
  }
  auto state = std::make_unique<State>(weights);
  if (const auto error = state->allocate_turns(); error != cudaSuccess) {
    return kernels::failed("allocating the results of a step", error);
  }
  auto graphs = kernels::StepGraphs::create(network_of(weights), state->drawn.get());
  if (!graphs) return std::unexpected(graphs.error());
  state->graphs = *std::move(graphs);
  return std::unique_ptr<LlamaGpu>(new LlamaGpu(std::move(state)));
}

at::Tensor LlamaGpu::forward(Batch batch, KvPages& pages) {
  if (!state_->few(batch)) return state_->run_many(batch, {}, pages);
  state_->begin_few(batch, {}, pages);
  return state_->few_logits(batch);
}

void LlamaGpu::begin(Batch batch, std::span<const Draw> draws, KvPages& pages) {
  State& state = *state_;
  assert(state.pending.size() < kStepsMax && draws.size() <= kDrawnMax);
  State::Turn& turn = state.turns[state.turn];
  std::vector<RowDraw> how;
  for (const Draw& draw : draws) {
    how.push_back(row_draw(draw));
    how.back().place = static_cast<std::int32_t>(how.size() - 1);
    how.back().result = turn.results.get() + how.back().place;
  }
  turn.rows_on_host = rows_drawn_on_host(draws);
  at::Tensor logits;
  if (!state.few(batch)) {
    logits = state.run_many(batch, how, pages);
  } else {
    state.begin_few(batch, how, pages);
    if (!turn.rows_on_host.empty()) logits = state.few_logits(batch);
  }
  if (!turn.rows_on_host.empty()) turn.from_host = draw_on_host(logits, draws, turn.rows_on_host);
  check(cudaEventRecord(turn.ended.get(), kStream), "noting the end of a step");
  state.pending.push_back(draws.size());
  state.turn = (state.turn + 1) % kStepsMax;
}

std::vector<Result<DrawnToken>> LlamaGpu::finish() {
  State& state = *state_;
  const std::size_t oldest = (state.turn + kStepsMax - state.pending.size()) % kStepsMax;
  State::Turn& turn = state.turns[oldest];
  const std::size_t count = state.pending.front();
  state.pending.pop_front();
  check(cudaEventSynchronize(turn.ended.get()), "running a step");
  std::vector<Result<DrawnToken>> tokens;
  for (std::size_t i = 0; i < count; ++i) {
    const Candidate& found = turn.results.get()[i];
    tokens.push_back(checked_token(found.logit, found.token));
  }
  for (std::size_t i = 0; i < turn.rows_on_host.size(); ++i) {
    tokens[static_cast<std::size_t>(turn.rows_on_host[i])] = std::move(turn.from_host[i]);
  }
  return tokens;
}

void LlamaGpu::abandon() {
  state_->pending.clear();
}

}  // namespace seekd::model
