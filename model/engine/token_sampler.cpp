#include "model/engine/token_sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include <ATen/ATen.h>

#include "model/engine/penalties.h"
#include "model/engine/philox.h"
#include "model/kernels/processor_rows.h"

namespace seekd::model {

namespace {

// How far a token lies below the best one, in units of the temperature, as a fixed-point number:
// the order of what is kept.
using Key = std::uint32_t;
constexpr float kKeysPerUnit = 0x1p26f;
constexpr Key kKeyMax = ~Key{0};
constexpr float kFarthest = 0x1.fffffep31f;

using Mass = std::uint64_t;
constexpr float kWholeMass = 0x1p40f;

Key key_of(float distance) {
  const float scaled = distance * kKeysPerUnit;
  return scaled < kFarthest ? static_cast<Key>(scaled) : kKeyMax;
}

// One row's tokens at a temperature.
class Distribution {
 public:
  Distribution(std::span<const float> logits, float best, double temperature) {
    const auto inverse = static_cast<float>(1.0 / temperature);
    keys_.reserve(logits.size());
    masses_.reserve(logits.size());
    for (const float logit : logits) {
      const float distance = (best - logit) * inverse;
      keys_.push_back(key_of(distance));
      masses_.push_back(static_cast<Mass>(std::exp(-distance) * kWholeMass));
    }
  }

  void keep_best(std::size_t count) {
    keep(static_cast<Mass>(count), [](Mass) { return Mass{1}; });
  }

  void keep_share(double share) {
    const auto enough = static_cast<Mass>(static_cast<double>(kept_mass()) * share);
    keep(std::max<Mass>(enough, 1), [](Mass mass) { return mass; });
  }

  void keep_likely(double of_best) {
    limit_ = std::min(limit_, key_of(-std::log(static_cast<float>(of_best))));
  }

  // The first token at which the sum of the masses kept passes `point` of all.
  std::size_t at(double point) const {
    const Mass all = kept_mass();
    const Mass wanted = std::min(static_cast<Mass>(static_cast<double>(all) * point), all - 1);
    Mass sum = 0;
    std::size_t id = 0;
    for (; id < keys_.size(); ++id) {
      if (keys_[id] <= limit_) sum += masses_[id];
      if (sum > wanted) break;
    }
    return id;
  }

 private:
  Mass kept_mass() const {
    Mass sum = 0;
    for (std::size_t id = 0; id < keys_.size(); ++id) {
      if (keys_[id] <= limit_) sum += masses_[id];
    }
    return sum;
  }

  // Lowers the limit to the key up to which the best weigh `enough`, digit by digit as a radix sort
  // would find it: sorting a whole vocabulary takes as long as a third of a small model.
  template <class Weight>
  void keep(Mass enough, const Weight& weight) {
    constexpr int bits = 11;
    std::uint64_t prefix = 0;
    for (int shift = 2 * bits; shift >= 0; shift -= bits) {
      std::vector<Mass> digits(std::size_t{1} << bits);
      for (std::size_t id = 0; id < keys_.size(); ++id) {
        const std::uint64_t key = keys_[id];
        if (key > limit_ || key >> (shift + bits) != prefix) continue;
        digits[key >> shift & (digits.size() - 1)] += weight(masses_[id]);
      }
      std::size_t digit = 0;
      while (digit + 1 < digits.size() && digits[digit] < enough) enough -= digits[digit++];
      prefix = prefix << bits | digit;
    }
    limit_ = static_cast<Key>(std::min<std::uint64_t>(prefix, limit_));
  }

  std::vector<Key> keys_;
  std::vector<Mass> masses_;
  Key limit_ = kKeyMax;
};

std::size_t drawn(std::span<const float> logits, float best, const Draw& draw) {
  const Sampling& sampling = draw.sampling;
  Distribution distribution(logits, best, sampling.temperature);
  if (sampling.top_k > 0) distribution.keep_best(sampling.top_k);
  if (sampling.top_p < 1) distribution.keep_share(sampling.top_p);
  if (sampling.min_p > 0) distribution.keep_likely(sampling.min_p);
  return distribution.at(point_of(draw));
}

Result<DrawnToken> token_of(std::span<const float> logits, const Draw& draw) {
  const auto best = place_of_greatest(logits, widest_vectors());
  if (!best) return checked_token(std::nanf(""), 0);
  const float greatest = logits[*best];
  const bool greedy = draw.sampling.temperature <= 0;
  return checked_token(greatest,
                       static_cast<TokenId>(greedy ? *best : drawn(logits, greatest, draw)));
}

// Below any logit, and a number: infinite ones are what damaged weights give. Penalties leave it
// one.
constexpr float kForbidden = -1e30F;

std::vector<float> allowed_logits(std::span<const float> logits, const TokenMask& allowed) {
  std::vector<float> out(logits.size(), kForbidden);
  const auto words = allowed.words();
  for (std::size_t word = 0; word < words.size(); ++word) {
    for (std::uint64_t left = words[word]; left != 0; left &= left - 1) {
      const std::size_t id = 64 * word + static_cast<std::size_t>(std::countr_zero(left));
      if (id < out.size()) out[id] = logits[id];
    }
  }
  return out;
}

Result<DrawnToken> draw_penalized(std::span<const float> logits, const Draw& draw) {
  if (!penalizes(draw.sampling)) return token_of(logits, draw);
  return token_of(penalized(logits, draw.sampling, draw.prompt, draw.answer), draw);
}

Result<DrawnToken> draw_allowed(std::span<const float> logits, const Draw& draw) {
  if (draw.allowed->size() == 0) {
    return fail(ErrorCode::internal,
                "no token of the vocabulary goes on with the text as its schema wants it");
  }
  return draw_penalized(allowed_logits(logits, *draw.allowed), draw);
}

Result<DrawnToken> sample(std::span<const float> logits, const Draw& draw) {
  const Sampling& sampling = draw.sampling;
  auto result = draw.allowed != nullptr ? draw_allowed(logits, draw) : draw_penalized(logits, draw);
  if (result && sampling.logprobs) {
    result->odds = log_probabilities(logits, result->token, *sampling.logprobs);
  }
  return result;
}

}  // namespace

bool drawn_on_host(const Sampling& sampling) {
  return penalizes(sampling) || sampling.logprobs;
}

double point_of(const Draw& draw) {
  return philox_uniform(draw.sampling.seed, draw.position);
}

Result<DrawnToken> checked_token(float best_logit, TokenId token) {
  if (std::isfinite(best_logit)) return DrawnToken{token};
  return fail(ErrorCode::internal,
              "the model's output is not a number; its weights are damaged or overflow");
}

std::vector<Result<DrawnToken>> sample_tokens(const at::Tensor& logits,
                                              std::span<const Draw> draws) {
  const at::Tensor told = logits.to(at::kCPU).contiguous();
  const auto vocabulary = static_cast<std::size_t>(told.size(1));
  const std::span<const float> all(told.const_data_ptr<float>(), draws.size() * vocabulary);
  std::vector<Result<DrawnToken>> results;
  results.reserve(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    results.push_back(sample(all.subspan(i * vocabulary, vocabulary), draws[i]));
  }
  return results;
}

}  // namespace seekd::model
