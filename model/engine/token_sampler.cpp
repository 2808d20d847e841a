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

}  // namespace

Result<TokenId> sample_token(const Logits& logits, const Sampling& sampling,
                             std::uint64_t position) {
  if (sampling.temperature <= 0 && logits.best) return *logits.best;
  const auto [greatest, id] = logits.values.max(0);
  const at::Tensor token =
      sampling.temperature > 0 ? choose(logits.values, greatest, sampling, position) : id;
  // Both in one transfer: each is a wait for the GPU.
  const at::Tensor result = at::stack({greatest.to(at::kDouble), token.to(at::kDouble)}).cpu();
  const double* values = result.const_data_ptr<double>();
  if (!std::isfinite(values[0])) {
    return fail(ErrorCode::internal,
                "the model's output is not a number; its weights are damaged or overflow");
  }
  return static_cast<TokenId>(values[1]);
}

}  // namespace seekd::model
