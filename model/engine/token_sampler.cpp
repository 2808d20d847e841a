#include "model/engine/token_sampler.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>

#include "model/engine/philox.h"

namespace seekd::model {

namespace {

// Index of the first cumulated weight above `point` · total: the inverse of the distribution.
at::Tensor draw(const at::Tensor& weights, double point) {
  const at::Tensor cumulated = weights.cumsum(0);
  const at::Tensor below = cumulated <= cumulated.slice(0, -1) * point;
  return below.sum().clamp_max(weights.size(0) - 1);
}

// The nucleus is nearly always a few hundred tokens, and sorting a whole vocabulary takes as long
// as a third of a small model: the best ones are widened until they hold it.
at::Tensor draw_from_nucleus(const at::Tensor& weights, double top_p, double point) {
  const double enough = weights.sum().item<double>() * top_p;
  for (std::int64_t width = 512;; width *= 16) {
    const std::int64_t count = std::min(width, weights.size(0));
    const auto [best, ids] = weights.topk(count);
    const at::Tensor cumulated = best.cumsum(0);
    if (count < weights.size(0) && cumulated[-1].item<double>() < enough) continue;
    const at::Tensor nucleus = best * (cumulated - best < enough);
    return ids.index_select(0, draw(nucleus, point).reshape({1})).squeeze(0);
  }
}

at::Tensor choose(const at::Tensor& logits, const at::Tensor& greatest, const Sampling& sampling,
                  std::uint64_t position) {
  // float64: the sum of 150,000 float32 probabilities would be off by more than the rare ones.
  const at::Tensor weights = ((logits.to(at::kDouble) - greatest) / sampling.temperature).exp();
  const double point = philox_uniform(sampling.seed, position);
  if (sampling.top_p >= 1.0) return draw(weights, point);
  return draw_from_nucleus(weights, sampling.top_p, point);
}

// What the host is told of a row: its greatest logit, and the token.
Result<TokenId> checked(double greatest, double token) {
  if (!std::isfinite(greatest)) {
    return fail(ErrorCode::internal,
                "the model's output is not a number; its weights are damaged or overflow");
  }
  return static_cast<TokenId>(token);
}

}  // namespace

std::vector<Result<TokenId>> sample_tokens(const Logits& logits, std::span<const Draw> draws) {
  const auto greedy = [](const Draw& draw) { return draw.sampling.temperature <= 0; };
  if (logits.best && greedy(draws.front())) return {*logits.best};
  auto [greatest, tokens] = logits.values.max(1);
  tokens = tokens.to(at::kDouble);
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (greedy(draws[i])) continue;
    const auto row = static_cast<std::int64_t>(i);
    tokens[row] = choose(logits.values[row], greatest[row], draws[i].sampling, draws[i].position);
  }
  // All in one transfer: each is a wait for the GPU.
  const at::Tensor told = at::stack({greatest.to(at::kDouble), tokens}, 1).cpu();
  const double* values = told.const_data_ptr<double>();
  std::vector<Result<TokenId>> results;
  results.reserve(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    results.push_back(checked(values[2 * i], values[2 * i + 1]));
  }
  return results;
}

}  // namespace seekd::model
