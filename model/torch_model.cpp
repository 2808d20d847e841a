#include "model/torch_model.h"

#include <algorithm>
#include <cassert>
#include <iomanip>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <c10/core/InferenceMode.h>

#include "model/device.h"
#include "model/engine/engine.h"
#include "model/engine/output_stream.h"
#include "model/families/llama.h"
#include "model/text/chat_template.h"
#include "model/text/tokenizer.h"
#include "model/threads.h"
#include "model/torch_errors.h"
#include "model/weights/loader.h"

namespace seekd::model {

namespace {

// What load_torch_model() has checked to belong together.
struct Parts {
  Tokenizer tokenizer;
  ChatTemplate chat_template;
  Llama network;
  Engine::Settings settings;
  ModelInfo info;
  std::uint64_t page_bytes = 0;
  ShortWaits waits;
};

class TorchModel final : public Model {
 public:
  explicit TorchModel(Parts parts)
      : waits_(std::move(parts.waits)),
        tokenizer_(std::move(parts.tokenizer)),
        chat_template_(std::move(parts.chat_template)),
        info_(std::move(parts.info)),
        page_bytes_(parts.page_bytes),
        engine_(std::move(parts.network), std::move(parts.settings)) {}

  const ModelInfo& info() const override { return info_; }

  KvMemory kv_memory() const override {
    const PagePool::Usage pages = engine_.usage();
    return {pages.held * page_bytes_, pages.kept * page_bytes_, pages.total * page_bytes_};
  }

  std::size_t count_tokens(std::string_view text) const override {
    return tokenizer_.encode(text, SpecialTokens::as_text).size();
  }

  Result<std::size_t> count_prompt_tokens(const std::vector<Message>& messages) const override {
    return stop_exceptions("counting tokens", [&]() -> Result<std::size_t> {
      return chat_template_.encode(tokenizer_, messages).size();
    });
  }

  Result<Generation> generate(const GenerateRequest& request,
                              const std::function<void(const TextDelta&)>& on_text,
                              std::stop_token stop) override {
    assert(!request.messages.empty() && request.tokens_max > 0);
    return stop_exceptions("generating", [&]() -> Result<Generation> {
      auto prompt = chat_template_.encode(tokenizer_, request.messages);
      if (prompt.size() + 1 > info_.context_tokens) return prompt_too_large(prompt.size());
      return run(std::move(prompt), request, on_text, stop);
    });
  }

 private:
  std::unexpected<Error> prompt_too_large(std::size_t prompt_tokens) const {
    return fail(ErrorCode::too_large,
                "the prompt has " + std::to_string(prompt_tokens) +
                    " tokens and the context holds " + std::to_string(info_.context_tokens) +
                    ", one of them for the answer; shorten the prompt or raise "
                    "model.context_tokens_max");
  }

  Result<Generation> run(std::vector<TokenId> prompt, const GenerateRequest& request,
                         const std::function<void(const TextDelta&)>& on_text,
                         const std::stop_token& stop);

  const ShortWaits waits_;
  const Tokenizer tokenizer_;
  const ChatTemplate chat_template_;
  const ModelInfo info_;
  const std::uint64_t page_bytes_;
  Engine engine_;
};

Result<Generation> TorchModel::run(std::vector<TokenId> prompt, const GenerateRequest& request,
                                   const std::function<void(const TextDelta&)>& on_text,
                                   const std::stop_token& stop) {
  const auto begin =
      chat_template_.starts_thinking() ? OutputStream::Part::reasoning : OutputStream::Part::answer;
  OutputStream output(tokenizer_, begin, request.stop, on_text);
  Generation generation;
  generation.prompt_tokens = prompt.size();
  const std::size_t room = info_.context_tokens - prompt.size();
  const std::size_t tokens_max = prompt.size() + std::min(request.tokens_max, room);
  const auto outcome = engine_.run(
      {std::move(prompt), tokens_max, request.sampling, request.cache_salt},
      [&output](TokenId token) {
        output.push(token);
        return !output.stopped();
      },
      stop);
  if (!outcome) return std::unexpected(outcome.error());
  output.finish();
  generation.content = output.content();
  generation.reasoning = output.reasoning();
  generation.finish = output.stopped() ? FinishReason::stop : outcome->finish;
  generation.cached_tokens = outcome->cached_tokens;
  generation.completion_tokens = outcome->made_tokens;
  return generation;
}

// "SmolLM2-135M-Instruct.Q4_1" of a file; a folder's name whole, for its dots are no ending.
std::string name_of(const std::filesystem::path& path) {
  const std::filesystem::path whole = path.lexically_normal();
  if (whole.extension() == ".gguf") return whole.stem().string();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

std::string gibibytes(double bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << bytes / (1 << 30) << " GiB";
  return text.str();
}

// Of a projection's weight.
double bytes_of(const ComputeDevice& device) {
  if (device.projections == config::Quantization::none) {
    return static_cast<double>(c10::elementSize(device.weights));
  }
  return bits_per_weight(device.projections) / 8;
}

KvPages::Shape kv_shape(const CheckpointConfig& config) {
  return {.layers = static_cast<std::int64_t>(config.layers),
          .kv_heads = static_cast<std::int64_t>(config.kv_heads),
          .head_dim = static_cast<std::int64_t>(config.head_dim)};
}

double weight_bytes(const Checkpoint& checkpoint, const ComputeDevice& device) {
  const CheckpointConfig& config = checkpoint.config();
  const double embedding =
      static_cast<double>(config.vocabulary) * static_cast<double>(config.hidden);
  const double projected = static_cast<double>(checkpoint.parameters()) - embedding;
  const double tied = config.tied_head ? embedding : 0;
  return static_cast<double>(c10::elementSize(device.weights)) * embedding +
         bytes_of(device) * (projected + tied);
}

// What a model takes of its device, and how it is set.
struct Memory {
  std::size_t context = 0;      // tokens
  std::uint64_t page = 0;       // bytes
  std::uint64_t kv_wanted = 0;  // bytes; 0: by what there is

  std::size_t pages_min() const { return pages_for(context); }

  // Of what is free once the weights are there; nullopt: nobody knows.
  std::size_t pages(std::optional<std::uint64_t> free, bool gpu) const {
    constexpr std::uint64_t of_a_processor = 1ULL << 30;
    std::uint64_t bytes = kv_wanted;
    if (bytes == 0) bytes = gpu && free ? *free / 5 * 4 : of_a_processor;
    return std::max<std::size_t>(pages_min(), bytes / page);
  }
};

// Checked before anything is read: an allocation that does not fit would be granted, and the
// process killed when it fills it.
Status check_memory(const Checkpoint& checkpoint, const Memory& memory,
                    const ComputeDevice& device) {
  const auto available = memory_available(device);
  if (!available) return {};
  const double weights = weight_bytes(checkpoint, device);
  const double rotations = static_cast<double>(sizeof(float)) *
                           static_cast<double>(checkpoint.config().head_dim * memory.context);
  const std::uint64_t least =
      std::max<std::uint64_t>(memory.pages_min() * memory.page, memory.kv_wanted);
  const double cache = static_cast<double>(least) + rotations;
  if (weights + cache <= static_cast<double>(*available)) return {};
  return fail(ErrorCode::too_large,
              "the model needs " + gibibytes(weights) + " for its weights and " + gibibytes(cache) +
                  " for a context of " + std::to_string(memory.context) + " tokens and " +
                  "model.kv_cache_bytes; " + device.name + " has " +
                  gibibytes(static_cast<double>(*available)) +
                  " free: take a smaller model, set model.quantization = \"int8\" or \"int4\" on a "
                  "GPU, or lower model.context_tokens_max or model.kv_cache_bytes");
}

std::vector<TokenId> end_ids(const Checkpoint& checkpoint, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids = checkpoint.config().eos_ids;
  ids.insert(ids.end(), tokenizer.eos_ids().begin(), tokenizer.eos_ids().end());
  return ids;
}

// An id beyond the embedding would be read out of bounds.
Status check_vocabulary(const Checkpoint& checkpoint, const Tokenizer& tokenizer) {
  const std::size_t rows = checkpoint.config().vocabulary;
  if (tokenizer.size() <= rows) return {};
  return fail(ErrorCode::corrupt, "the tokenizer has " + std::to_string(tokenizer.size()) +
                                      " tokens and the model's embedding " + std::to_string(rows) +
                                      " rows: they do not belong together");
}

std::string description_of(config::Quantization quantization, bool own_kernels) {
  std::string kernels = own_kernels ? ", own kernels" : "";
  switch (quantization) {
    case config::Quantization::none:
      return kernels;
    case config::Quantization::int8:
      return kernels + ", int8 weights";
    case config::Quantization::int4:
      return kernels + ", int4 weights";
  }
  return kernels;
}

Result<ComputeDevice> device_for(const config::ModelConfig& config) {
  Result<ComputeDevice> device = choose_device(config.device, "model.device");
  if (!device || config.quantization == config::Quantization::none) return device;
  if (!device->device.is_cuda()) {
    return fail(ErrorCode::unsupported, "model.quantization is for GPUs, and the model runs on " +
                                            device->name + ": set model.quantization = \"none\"");
  }
  device->projections = config.quantization;
  return device;
}

Result<std::unique_ptr<Model>> load(const config::ModelConfig& config) {
  auto checkpoint = Checkpoint::open(config.path);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  auto tokenizer = Tokenizer::load(config.path);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  auto chat_template = ChatTemplate::recognise(*tokenizer);
  if (!chat_template) return std::unexpected(chat_template.error());
  if (auto fits = check_vocabulary(*checkpoint, *tokenizer); !fits) {
    return std::unexpected(fits.error());
  }
  const auto device = device_for(config);
  if (!device) return std::unexpected(device.error());
  const std::size_t context =
      std::min(config.context_tokens_max, checkpoint->config().context_tokens);
  const Memory memory{context,
                      page_bytes(kv_shape(checkpoint->config()), c10::elementSize(device->weights)),
                      config.kv_cache_bytes};
  if (auto fits = check_memory(*checkpoint, memory, *device); !fits) {
    return std::unexpected(fits.error());
  }

  const int threads = thread_count(config.threads);
  use_threads(threads);
  ShortWaits waits(threads);
  const c10::InferenceMode no_gradients;
  auto weights = LlamaWeights::load(*checkpoint, static_cast<std::int64_t>(context), *device);
  if (!weights) return std::unexpected(weights.error());
  auto network = Llama::create(*std::move(weights));
  if (!network) return std::unexpected(network.error());

  if (config.quantization != config::Quantization::none && !network->own_kernels()) {
    return fail(
        ErrorCode::unsupported,
        "model.quantization needs seekd's own GPU kernels, and this program was built without "
        "nvcc or they do not serve this model's sizes: set model.quantization = \"none\"");
  }

  ModelInfo info{name_of(config.path), checkpoint->config().architecture,
                 device->name + description_of(config.quantization, network->own_kernels()),
                 checkpoint->parameters(), context};
  const bool gpu = device->device.is_cuda();
  Engine::Settings settings{.limits = batch_limits(config.sequences_max, gpu),
                            .pages = memory.pages(memory_available(*device), gpu),
                            .end_ids = end_ids(*checkpoint, *tokenizer),
                            .threads = threads};
  return std::make_unique<TorchModel>(Parts{*std::move(tokenizer), *std::move(chat_template),
                                            *std::move(network), std::move(settings),
                                            std::move(info), memory.page, std::move(waits)});
}

}  // namespace

Result<std::unique_ptr<Model>> load_torch_model(const config::ModelConfig& config) {
  assert(!config.path.empty());
  return stop_exceptions("loading " + config.path.string(), [&] { return load(config); });
}

}  // namespace seekd::model
