#include "model/torch_model.h"

#include <algorithm>
#include <cassert>
#include <iomanip>
#include <mutex>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <c10/core/InferenceMode.h>

#include "model/device.h"
#include "model/engine/kv_cache.h"
#include "model/engine/output_stream.h"
#include "model/engine/prefix_cache.h"
#include "model/engine/token_sampler.h"
#include "model/families/llama.h"
#include "model/text/chat_template.h"
#include "model/text/tokenizer.h"
#include "model/threads.h"
#include "model/torch_errors.h"
#include "model/weights/loader.h"

namespace seekd::model {

namespace {

// Tokens of the prompt run together. Larger chunks gain nothing on two cores (measured: 256 runs at
// the speed of 512) and let a cancelled request work on for longer; a GPU wants thousands.
constexpr std::size_t kPrefillChunk = 256;
constexpr std::size_t kPrefillChunkGpu = 4096;

// What load_torch_model() has checked to belong together.
struct Parts {
  Tokenizer tokenizer;
  ChatTemplate chat_template;
  Llama network;
  ModelInfo info;
  std::vector<TokenId> end_ids;  // any of them ends the text
  int threads = 1;
  ShortWaits waits;
  std::uint64_t prefix_bytes_max = 0;
};

std::unexpected<Error> cancelled() {
  return fail(ErrorCode::cancelled, "the generation was cancelled by its caller");
}

class TorchModel final : public Model {
 public:
  explicit TorchModel(Parts parts) : parts_(std::move(parts)), prefixes_(parts_.prefix_bytes_max) {}

  const ModelInfo& info() const override { return parts_.info; }

  PrefixMemory prefix_memory() const override {
    return {.bytes = prefixes_.bytes(), .bytes_max = prefixes_.bytes_max()};
  }

  std::size_t count_tokens(std::string_view text) const override {
    return parts_.tokenizer.encode(text, SpecialTokens::as_text).size();
  }

  Result<std::size_t> count_prompt_tokens(const std::vector<Message>& messages) const override {
    return stop_exceptions("counting tokens", [&]() -> Result<std::size_t> {
      return parts_.chat_template.encode(parts_.tokenizer, messages).size();
    });
  }

  Result<Generation> generate(const GenerateRequest& request,
                              const std::function<void(const TextDelta&)>& on_text,
                              std::stop_token stop) override {
    assert(!request.messages.empty() && request.tokens_max > 0);
    return stop_exceptions("generating", [&]() -> Result<Generation> {
      const auto prompt = parts_.chat_template.encode(parts_.tokenizer, request.messages);
      if (prompt.size() + 1 > parts_.info.context_tokens) {
        return prompt_too_large(prompt.size());
      }
      const std::scoped_lock one_at_a_time(mutex_);
      return run(prompt, request, on_text, stop);
    });
  }

 private:
  std::unexpected<Error> prompt_too_large(std::size_t prompt_tokens) const {
    return fail(ErrorCode::too_large,
                "the prompt has " + std::to_string(prompt_tokens) +
                    " tokens and the context holds " + std::to_string(parts_.info.context_tokens) +
                    ", one of them for the answer; shorten the prompt or raise "
                    "model.context_tokens_max");
  }

  Result<Generation> run(std::span<const TokenId> prompt, const GenerateRequest& request,
                         const std::function<void(const TextDelta&)>& on_text,
                         const std::stop_token& stop);
  Result<Logits> prefill(std::span<const TokenId> prompt, KvCache& cache,
                         const std::stop_token& stop) const;

  // Samples, streams and runs tokens until one of the ends is reached; says which. Appends them to
  // `text`.
  Result<FinishReason> decode(Logits logits, KvCache& cache, const GenerateRequest& request,
                              const std::stop_token& stop, OutputStream& output,
                              std::vector<TokenId>& text) const;

  const Parts parts_;
  std::mutex mutex_;      // held by the generation that runs
  PrefixCache prefixes_;  // guarded by it, but for its bytes()
};

Result<Generation> TorchModel::run(std::span<const TokenId> prompt, const GenerateRequest& request,
                                   const std::function<void(const TextDelta&)>& on_text,
                                   const std::stop_token& stop) {
  const c10::InferenceMode no_gradients;
  use_threads(parts_.threads);
  const std::size_t room = parts_.info.context_tokens - prompt.size();
  KvCache cache = parts_.network.new_cache(
      static_cast<std::int64_t>(prompt.size() + std::min(request.tokens_max, room)));
  const auto begin = parts_.chat_template.starts_thinking() ? OutputStream::Part::reasoning
                                                            : OutputStream::Part::answer;
  OutputStream output(parts_.tokenizer, begin, request.stop, on_text);

  Generation generation;
  generation.cached_tokens = prefixes_.restore(request.cache_salt, prompt, cache);
  auto logits = prefill(prompt.subspan(generation.cached_tokens), cache, stop);
  if (!logits) return std::unexpected(logits.error());
  std::vector<TokenId> text(prompt.begin(), prompt.end());
  const auto finish = decode(*std::move(logits), cache, request, stop, output, text);
  // Of the text the cache holds all but what was sampled last; a cancelled answer's prompt counts.
  generation.completion_tokens = text.size() - prompt.size();
  text.resize(static_cast<std::size_t>(cache.length()));
  prefixes_.keep(request.cache_salt, std::move(text), std::move(cache));
  if (!finish) return std::unexpected(finish.error());
  output.finish();
  generation.content = output.content();
  generation.reasoning = output.reasoning();
  generation.finish = output.stopped() ? FinishReason::stop : *finish;
  generation.prompt_tokens = prompt.size();
  return generation;
}

Result<Logits> TorchModel::prefill(std::span<const TokenId> prompt, KvCache& cache,
                                   const std::stop_token& stop) const {
  Logits logits;
  while (!prompt.empty()) {
    if (stop.stop_requested()) return cancelled();
    const std::size_t chunk =
        std::min(prompt.size(), parts_.network.own_kernels() ? kPrefillChunkGpu : kPrefillChunk);
    logits = parts_.network.forward(prompt.first(chunk), cache);
    prompt = prompt.subspan(chunk);
  }
  return logits;
}

Result<FinishReason> TorchModel::decode(Logits logits, KvCache& cache,
                                        const GenerateRequest& request, const std::stop_token& stop,
                                        OutputStream& output, std::vector<TokenId>& text) const {
  while (true) {
    if (stop.stop_requested()) return cancelled();
    const auto position = static_cast<std::uint64_t>(cache.length());
    const auto token = sample_token(logits, request.sampling, position);
    if (!token) return std::unexpected(token.error());
    text.push_back(*token);
    if (std::ranges::find(parts_.end_ids, *token) != parts_.end_ids.end()) {
      return FinishReason::stop;
    }
    output.push(*token);
    if (output.stopped()) return FinishReason::stop;
    if (cache.length() + 1 >= cache.capacity()) return FinishReason::length;
    // A step begun in vain would hold up the next request.
    const bool last = cache.length() + 2 >= cache.capacity();
    const bool follows = request.sampling.temperature <= 0 && !last;
    logits = parts_.network.forward(std::span(&*token, 1), cache,
                                    follows ? Follow::best : Follow::unknown);
  }
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

// Checked before anything is read: an allocation that does not fit would be granted, and the
// process killed when it fills it.
Status check_memory(const Checkpoint& checkpoint, std::size_t context,
                    std::uint64_t prefix_bytes_max, const ComputeDevice& device) {
  const auto available = memory_available(device);
  if (!available) return {};
  const CheckpointConfig& config = checkpoint.config();
  const auto element = static_cast<double>(c10::elementSize(device.weights));
  const double embedding =
      static_cast<double>(config.vocabulary) * static_cast<double>(config.hidden);
  const double projected = static_cast<double>(checkpoint.parameters()) - embedding;
  double weights = element * embedding + bytes_of(device) * projected;
  if (config.tied_head) weights += bytes_of(device) * embedding;
  const auto prefixes = static_cast<double>(prefix_bytes_max);
  const double positions = static_cast<double>(config.head_dim) * static_cast<double>(context);
  const double rotations = sizeof(float) * positions;
  const double cache = 2 * element * static_cast<double>(config.layers) *
                           static_cast<double>(config.kv_heads) * positions +
                       rotations;
  if (weights + cache + prefixes <= static_cast<double>(*available)) return {};
  return fail(ErrorCode::too_large,
              "the model needs " + gibibytes(weights) + " for its weights and " + gibibytes(cache) +
                  " for a context of " + std::to_string(context) + " tokens, beside " +
                  gibibytes(prefixes) + " for computed prefixes; " + device.name + " has " +
                  gibibytes(static_cast<double>(*available)) +
                  " free: take a smaller model, set model.quantization = \"int8\" or \"int4\" on a "
                  "GPU, or lower model.context_tokens_max or model.prefix_cache_bytes");
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
  if (auto fits = check_memory(*checkpoint, context, config.prefix_cache_bytes, *device); !fits) {
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
  std::vector<TokenId> ends = end_ids(*checkpoint, *tokenizer);
  return std::make_unique<TorchModel>(Parts{*std::move(tokenizer), *std::move(chat_template),
                                            *std::move(network), std::move(info), std::move(ends),
                                            threads, std::move(waits), config.prefix_cache_bytes});
}

}  // namespace

Result<std::unique_ptr<Model>> load_torch_model(const config::ModelConfig& config) {
  assert(!config.path.empty());
  return stop_exceptions("loading " + config.path.string(), [&] { return load(config); });
}

}  // namespace seekd::model
