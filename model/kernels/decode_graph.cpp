#include "model/kernels/decode_graph.h"

#include <algorithm>
#include <string>
#include <utility>

#include <cuda_runtime_api.h>

namespace seekd::model::kernels {

namespace {

std::unexpected<Error> failed(const char* doing, cudaError_t error) {
  return fail(ErrorCode::internal, std::string("the GPU, ") + doing + ": " +
                                       cudaGetErrorString(error) +
                                       "; see the kernel's log for NVRM lines");
}

bool same(const StepState& a, const StepState& b) {
  return a.token == b.token && a.position == b.position && a.keys == b.keys &&
         a.values == b.values && a.slots == b.slots;
}

// That hold the text up to this position, itself included.
std::size_t pages_up_to(std::int32_t position) {
  return static_cast<std::size_t>(position) / page_tokens + 1;
}

struct FreeDevice {
  void operator()(void* memory) const { cudaFree(memory); }
};
struct FreeHost {
  void operator()(void* memory) const { cudaFreeHost(memory); }
};
struct DestroyStream {
  void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
};
struct DestroyEvent {
  void operator()(cudaEvent_t event) const { cudaEventDestroy(event); }
};
struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
};
struct DestroyExecutable {
  void operator()(cudaGraphExec_t graph) const { cudaGraphExecDestroy(graph); }
};

template <class T>
using DeviceArray = std::unique_ptr<T, FreeDevice>;

// Zeroed, for counters begin at zero.
template <class T>
cudaError_t allocate(DeviceArray<T>& array, std::size_t count) {
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, count * sizeof(T));
  array.reset(static_cast<T*>(memory));
  return error != cudaSuccess ? error : cudaMemset(memory, 0, count * sizeof(T));
}

Status check_shape(const DecodeNetwork& network) {
  const Matrix& down = network.layers.front().down;
  if (decode_supported(network.attention, down.outputs, down.inputs)) return {};
  return fail(ErrorCode::unsupported,
              "the decode kernels are not made for " + std::to_string(network.attention.heads) +
                  " heads over " + std::to_string(network.attention.kv_heads) + " of " +
                  std::to_string(network.attention.head_dim) + ", width " +
                  std::to_string(down.outputs) + " and " + std::to_string(down.inputs));
}

}  // namespace

struct DecodeGraph::State {
  Status allocate_buffers(const DecodeNetwork& network);
  Status make_events();
  Status capture(const DecodeNetwork& network);
  void launch_step(const DecodeNetwork& network, Stream stream) const;
  cudaError_t upload(const StepState& state);
  cudaError_t upload(std::span<const std::int32_t> pages);
  cudaError_t launch(int position);

  int splits = 1;
  DeviceArray<StepState> step;
  DeviceArray<std::int32_t> pages;     // of the text, as many as a context has
  DeviceArray<float> residual;         // [hidden]
  DeviceArray<float> query_key_value;  // [heads + 2 · kv_heads, head_dim]
  DeviceArray<bf16> attended;          // [heads, head_dim]
  DeviceArray<bf16> products;          // [feed_forward]
  DeviceArray<float> logits;           // [vocabulary]
  DeviceArray<Candidate> candidates;   // [best_blocks]
  DeviceArray<float> part_sums;        // AttentionScratch
  DeviceArray<float> part_weights;
  DeviceArray<std::uint32_t> arrived;
  std::unique_ptr<StepState, FreeHost> host_step;      // pinned
  std::unique_ptr<std::int32_t, FreeHost> host_pages;  // pinned
  std::size_t pages_known = 0;                         // of the text, that `pages` has
  std::unique_ptr<Candidate, FreeHost> host_best;      // [2], a step's in the slot position % 2
  std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, DestroyEvent> ended[2];  // likewise
  bool ahead = false;  // the step after the last one was launched with it
  std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, DestroyExecutable> executable;
};

Status DecodeGraph::State::allocate_buffers(const DecodeNetwork& network) {
  const AttentionShape& shape = network.attention;
  const DecodeLayer& layer = network.layers.front();
  splits = attention_splits(1, shape.kv_heads);
  const auto parts = static_cast<std::size_t>(shape.heads) * static_cast<std::size_t>(splits);
  const auto size = [](int count) { return static_cast<std::size_t>(count); };
  const std::size_t pages_max = pages_up_to(network.positions);
  void* pinned_step = nullptr;
  void* pinned_pages = nullptr;
  void* pinned_best = nullptr;
  const cudaError_t errors[] = {
      allocate(step, 1),
      allocate(pages, pages_max),
      allocate(residual, size(layer.down.outputs)),
      allocate(query_key_value, size(layer.query_key_value.outputs)),
      allocate(attended, size(layer.attention_output.inputs)),
      allocate(products, size(layer.down.inputs)),
      allocate(logits, size(network.head.outputs)),
      allocate(candidates, size(best_blocks(network.head.outputs))),
      allocate(part_sums, parts * size(shape.head_dim)),
      allocate(part_weights, parts * 2),
      allocate(arrived, size(shape.kv_heads)),
      cudaMallocHost(&pinned_step, sizeof(StepState)),
      cudaMallocHost(&pinned_pages, pages_max * sizeof(std::int32_t)),
      cudaMallocHost(&pinned_best, 2 * sizeof(Candidate)),
  };
  host_step.reset(static_cast<StepState*>(pinned_step));
  host_pages.reset(static_cast<std::int32_t*>(pinned_pages));
  host_best.reset(static_cast<Candidate*>(pinned_best));
  for (const cudaError_t error : errors) {
    if (error != cudaSuccess) return failed("allocating the buffers of a step", error);
  }
  return {};
}

void DecodeGraph::State::launch_step(const DecodeNetwork& network, Stream stream) const {
  const AttentionScratch scratch{part_sums.get(), part_weights.get(), arrived.get(), splits};
  embed(stream, step.get(), network.embedding, network.head.inputs, residual.get());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const DecodeLayer& layer = network.layers[i];
    norm_gemv(stream, layer.query_key_value, layer.attention_norm, residual.get(),
              query_key_value.get());
    attend(stream, 1, network.attention, step.get(), static_cast<int>(i), query_key_value.get(),
           network.rope, scratch, attended.get());
    gemv_add(stream, layer.attention_output, attended.get(), residual.get());
    norm_gemv_swiglu(stream, layer.gate_up, layer.feed_forward_norm, residual.get(),
                     products.get());
    gemv_add(stream, layer.down, products.get(), residual.get());
  }
  norm_gemv_best(stream, network.head, network.final_norm, residual.get(), logits.get(),
                 candidates.get());
  finish_step(stream, candidates.get(), best_blocks(network.head.outputs), step.get(),
              host_best.get());
}

Status DecodeGraph::State::capture(const DecodeNetwork& network) {
  cudaStream_t made = nullptr;
  if (const auto error = cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking)) {
    return failed("making a stream", error);
  }
  const std::unique_ptr<std::remove_pointer_t<cudaStream_t>, DestroyStream> stream(made);
  if (const auto error = cudaStreamBeginCapture(made, cudaStreamCaptureModeThreadLocal)) {
    return failed("beginning a capture", error);
  }
  launch_step(network, made);
  const cudaError_t launched = cudaGetLastError();
  cudaGraph_t captured = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(made, &captured);
  const std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph> graph(captured);
  if (launched != cudaSuccess) return failed("launching the kernels of a step", launched);
  if (ended != cudaSuccess) return failed("capturing a step", ended);
  cudaGraphExec_t instantiated = nullptr;
  if (const auto error = cudaGraphInstantiate(&instantiated, captured, 0)) {
    return failed("instantiating the graph of a step", error);
  }
  executable.reset(instantiated);
  return {};
}

Status DecodeGraph::State::make_events() {
  for (auto& event : ended) {
    cudaEvent_t made = nullptr;
    if (const auto error = cudaEventCreateWithFlags(&made, cudaEventDisableTiming)) {
      return failed("making an event", error);
    }
    event.reset(made);
  }
  return {};
}

cudaError_t DecodeGraph::State::upload(const StepState& wanted) {
  *host_step = wanted;
  host_step->pages = pages.get();
  return cudaMemcpyAsync(step.get(), host_step.get(), sizeof wanted, cudaMemcpyHostToDevice,
                         nullptr);
}

// A step that runs meanwhile reads what it has read before: a text only gets more pages.
cudaError_t DecodeGraph::State::upload(std::span<const std::int32_t> wanted) {
  std::ranges::copy(wanted, host_pages.get());
  pages_known = wanted.size();
  return cudaMemcpyAsync(pages.get(), host_pages.get(), wanted.size_bytes(), cudaMemcpyHostToDevice,
                         nullptr);
}

cudaError_t DecodeGraph::State::launch(int position) {
  const cudaError_t error = cudaGraphLaunch(executable.get(), nullptr);
  return error != cudaSuccess ? error : cudaEventRecord(ended[position % 2].get(), nullptr);
}

DecodeGraph::DecodeGraph(std::unique_ptr<State> state) : state_(std::move(state)) {}
DecodeGraph::~DecodeGraph() = default;

Result<std::unique_ptr<DecodeGraph>> DecodeGraph::create(const DecodeNetwork& network) {
  if (auto fits = check_shape(network); !fits) return std::unexpected(fits.error());
  auto state = std::make_unique<State>();
  if (auto allocated = state->allocate_buffers(network); !allocated) {
    return std::unexpected(allocated.error());
  }
  if (auto events = state->make_events(); !events) return std::unexpected(events.error());
  if (auto captured = state->capture(network); !captured) {
    return std::unexpected(captured.error());
  }
  return std::unique_ptr<DecodeGraph>(new DecodeGraph(std::move(state)));
}

Result<Candidate> DecodeGraph::run(const TextStep& step, Follow follow) {
  State& state = *state_;
  const std::int32_t position = step.state.position;
  const std::span<const std::int32_t> known(state.host_pages.get(), state.pages_known);
  const bool running = state.ahead && same(step.state, *state.host_step) &&
                       std::ranges::equal(step.pages.first(pages_up_to(position)),
                                          known.first(pages_up_to(position)));
  state.ahead = false;
  cudaError_t error = cudaSuccess;
  if (!running) {
    // A step that was launched in vain may still run: it wrote where this one will, or where
    // nobody reads.
    error = cudaStreamSynchronize(nullptr);  // what copies read is pinned until then
    if (error == cudaSuccess) error = state.upload(step.pages);
    if (error == cudaSuccess) error = state.upload(step.state);
    if (error == cudaSuccess) error = state.launch(position);
  }
  if (error == cudaSuccess && follow == Follow::best) {
    if (state.pages_known < step.pages.size()) error = state.upload(step.pages);
    if (error == cudaSuccess) error = state.launch(position + 1);
    state.ahead = true;
  }
  const int slot = position % 2;
  if (error == cudaSuccess) error = cudaEventSynchronize(state.ended[slot].get());
  if (error != cudaSuccess) return failed("decoding a token", error);
  const Candidate best = state.host_best.get()[slot];
  *state.host_step = step.state;
  state.host_step->token = best.token;
  state.host_step->position += 1;
  return best;
}

void DecodeGraph::forget_begun() {
  state_->ahead = false;
}

const float* DecodeGraph::logits() const {
  return state_->logits.get();
}

}  // namespace seekd::model::kernels
