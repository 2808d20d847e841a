#include "tests/bench/network_shapes.h"

#include <cstddef>

namespace seekd::bench {
namespace {

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

}  // namespace

const std::map<std::string, model::CheckpointConfig>& network_shapes() {
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

}  // namespace seekd::bench
