#include "model/weights/checkpoint_config.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace seekd::model {
namespace {

constexpr std::size_t kLayersMax = 1024;
constexpr std::size_t kWidthMax = 1 << 20;
constexpr std::size_t kHeadsMax = 4096;
constexpr std::size_t kVocabularyMax = 1 << 24;
constexpr std::size_t kContextMax = std::size_t{1} << 31;

struct Bound {
  std::string_view field;
  std::size_t value;
  std::size_t max;
};

std::unexpected<Error> corrupt(std::string_view source, std::string_view what) {
  return fail(ErrorCode::corrupt, std::string(source) + ": " + std::string(what));
}

}  // namespace

Status check_config(const CheckpointConfig& config, std::string_view source) {
  const Bound bounds[] = {{"layers", config.layers, kLayersMax},
                          {"hidden size", config.hidden, kWidthMax},
                          {"feed-forward size", config.feed_forward, kWidthMax},
                          {"attention heads", config.heads, kHeadsMax},
                          {"key/value heads", config.kv_heads, kHeadsMax},
                          {"head size", config.head_dim, kWidthMax},
                          {"vocabulary", config.vocabulary, kVocabularyMax},
                          {"context length", config.context_tokens, kContextMax}};
  for (const Bound& bound : bounds) {
    if (bound.value == 0 || bound.value > bound.max) {
      return corrupt(source, std::string(bound.field) + " is " + std::to_string(bound.value) +
                                 "; 1 to " + std::to_string(bound.max) + " can be");
    }
  }
  if (config.heads % config.kv_heads != 0) {
    return corrupt(source, "the key/value heads do not divide the attention heads");
  }
  if (config.head_dim % 2 != 0) return corrupt(source, "the head size is odd");
  if (!std::isfinite(config.rope_theta) || config.rope_theta < 1) {
    return corrupt(source, "rope_theta is below 1 or no number");
  }
  if (!(config.norm_epsilon > 0 && config.norm_epsilon < 1)) {
    return corrupt(source, "the norm's epsilon is not between 0 and 1");
  }
  return {};
}

std::vector<float> linear_rope_divisors(std::size_t head_dim, double factor) {
  return std::vector<float>(head_dim / 2, static_cast<float>(factor));
}

std::vector<float> llama3_rope_divisors(std::size_t head_dim, double theta,
                                        const Llama3Rope& rope) {
  std::vector<float> divisors;
  for (std::size_t i = 0; i < head_dim / 2; ++i) {
    const double exponent = 2.0 * static_cast<double>(i) / static_cast<double>(head_dim);
    const double wave_length = 2.0 * std::numbers::pi * std::pow(theta, exponent);
    const double turns = rope.original_context / wave_length;
    double kept = (turns - rope.low_frequency_factor) /
                  (rope.high_frequency_factor - rope.low_frequency_factor);
    kept = std::fmin(1.0, std::fmax(0.0, kept));
    divisors.push_back(static_cast<float>(1.0 / ((1.0 - kept) / rope.factor + kept)));
  }
  return divisors;
}

}  // namespace seekd::model
