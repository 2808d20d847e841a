// seekd-bench shape: how fast a network of a known shape runs, with random weights: no model files
// are needed, and the speed of a dense network does not depend on what its weights say.

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "model/device.h"
#include "model/engine/token_sampler.h"
#include "model/families/llama.h"
#include "model/threads.h"
#include "tests/bench/bench.h"
#include "tests/bench/model_inputs.h"
#include "tests/model/random_llama.h"

namespace seekd::bench {
namespace {

using Clock = std::chrono::steady_clock;
using model::TokenId;

model::CheckpointConfig shape(std::size_t layers, std::size_t hidden, std::size_t feed_forward,
                              std::size_t heads, std::size_t kv_heads, std::size_t head_dim,
                              std::size_t vocabulary, const char* architecture) {
  model::CheckpointConfig config;
  config.architecture = architecture;
  config.layers = layers;
  config.hidden = hidden;
  config.feed_forward = feed_forward;
  config.heads = heads;
  config.kv_heads = kv_heads;
  config.head_dim = head_dim;
  config.vocabulary = vocabulary;
  return config;
}

// From the models' config.json.
const std::map<std::string, model::CheckpointConfig>& shapes() {
  static const std::map<std::string, model::CheckpointConfig> known = {
      {"smollm2-135m", shape(30, 576, 1536, 9, 3, 64, 49152, "llama")},
      {"r1-distill-qwen-1.5b", shape(28, 1536, 8960, 12, 2, 128, 151936, "qwen2")},
      {"r1-distill-qwen-7b", shape(28, 3584, 18944, 28, 4, 128, 152064, "qwen2")},
      {"r1-distill-llama-8b", shape(32, 4096, 14336, 32, 8, 128, 128256, "llama")},
      {"r1-distill-qwen-14b", shape(48, 5120, 13824, 40, 8, 128, 152064, "qwen2")},
      {"deepseek-llm-7b", shape(30, 4096, 11008, 32, 32, 128, 102400, "llama")},
  };
  return known;
}

struct Options {
  std::string name = "r1-distill-qwen-7b";
  std::vector<std::size_t> prompts = {512, 4096};
  std::size_t new_tokens = 128;
  std::size_t runs = 5;
  model::Llama::Kernels kernels = model::Llama::Kernels::best;
  config::Quantization quantization = config::Quantization::none;
};

struct Measured {
  double prefill_s = 0;  // medians
  double token_s = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// The best token, which is also the wait for everything before it.
TokenId greedy(const model::Logits& logits) {
  return *model::sample_token(logits, {}, 0);
}

Measured measure(const model::Llama& network, const Options& options, std::size_t prompt_tokens,
                 std::size_t vocabulary) {
  std::vector<TokenId> prompt;
  for (std::size_t i = 0; i < prompt_tokens; ++i) {
    prompt.push_back(static_cast<TokenId>(i * 7919 % vocabulary));
  }
  std::vector<double> prefills;
  std::vector<double> tokens;
  for (std::size_t run = 0; run <= options.runs; ++run) {
    auto cache =
        network.new_cache(static_cast<std::int64_t>(prompt_tokens + options.new_tokens + 1));
    const auto begun = Clock::now();
    TokenId token = greedy(network.forward(prompt, cache));
    const auto read = Clock::now();
    for (std::size_t i = 0; i < options.new_tokens; ++i) {
      const bool last = i + 1 == options.new_tokens;
      const auto follow = last ? model::Follow::unknown : model::Follow::best;
      token = greedy(network.forward(std::span(&token, 1), cache, follow));
    }
    const std::chrono::duration<double> written = Clock::now() - read;
    if (run == 0) continue;  // warms up
    prefills.push_back(std::chrono::duration<double>(read - begun).count());
    tokens.push_back(written.count() / static_cast<double>(options.new_tokens));
  }
  return {median(prefills), median(tokens)};
}

// Weights that a token reads: all but the embedding, of which it reads one row.
double weights_per_token(const model::CheckpointConfig& config) {
  const double hidden = static_cast<double>(config.hidden);
  const double heads = static_cast<double>(config.heads + 2 * config.kv_heads);
  const double attention =
      hidden * static_cast<double>(config.head_dim) * (heads + static_cast<double>(config.heads));
  const double feed_forward = 3 * hidden * static_cast<double>(config.feed_forward);
  return static_cast<double>(config.layers) * (attention + feed_forward) +
         hidden * static_cast<double>(config.vocabulary);
}

void run(const Options& options) {
  const c10::InferenceMode no_gradients;
  model::use_threads(model::thread_count(0));
  auto device = model::choose_device(config::Device::automatic, "model.device");
  device->projections = options.quantization;
  const model::CheckpointConfig& config = shapes().at(options.name);
  const std::size_t longest = *std::ranges::max_element(options.prompts);
  const auto context = static_cast<std::int64_t>(longest + options.new_tokens + 1);
  auto network =
      model::Llama::create(model::random_llama(config, context, *device, 1), options.kernels);
  if (!network) {
    std::cerr << "seekd-bench: " << network.error().message << '\n';
    throw CLI::RuntimeError(1);
  }
  const double weights = weights_per_token(config);
  const bool plain = options.quantization == config::Quantization::none;
  const double bits = plain ? 8.0 * static_cast<double>(c10::elementSize(device->weights))
                            : model::bits_per_weight(options.quantization);
  const double bytes = weights * bits / 8;
  std::cout << options.name << ", random weights of " << bits << " bits, "
            << c10::toString(device->weights) << " on " << device->name << ", "
            << (network->own_kernels() ? "own kernels" : "libtorch alone")
            << "; batch 1, medians of " << options.runs << "\n"
            << "  prompt   prefill tok/s   TFLOP/s   decode tok/s    GB/s of weights\n"
            << std::fixed << std::setprecision(1);
  for (const std::size_t prompt : options.prompts) {
    const Measured measured = measure(*network, options, prompt, config.vocabulary);
    const double rate = static_cast<double>(prompt) / measured.prefill_s;
    std::cout << std::setw(8) << prompt << std::setw(16) << rate << std::setw(10)
              << 2 * weights * rate / 1e12 << std::setw(15) << 1 / measured.token_s << std::setw(19)
              << bytes / measured.token_s / 1e9 << '\n';
  }
}

}  // namespace

void add_shape_benchmark(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("shape", "prefill and decode of a network with random weights");
  std::vector<std::string> names;
  for (const auto& [name, config] : shapes()) names.push_back(name);
  command->add_option("name", options->name, "which shape")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command->add_option("--prompt-tokens", options->prompts, "lengths of the prompt")
      ->check(CLI::Range(2, 1 << 20))
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--new-tokens", options->new_tokens, "tokens decoded behind it")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--runs", options->runs, "after one to warm up")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--quantization", options->quantization, "none, int8 or int4")
      ->transform(CLI::CheckedTransformer(quantizations()))
      ->default_str("none");
  command->add_flag_callback(
      "--libtorch", [options] { options->kernels = model::Llama::Kernels::libtorch; },
      "without our own kernels");
  command->callback([options] { run(*options); });
}

}  // namespace seekd::bench
