#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "model/device.h"
#include "model/families/bert.h"
#include "model/reranker.h"
#include "model/text/encoder_tokenizer.h"
#include "model/threads.h"
#include "model/torch_errors.h"
#include "model/weights/encoder_config.h"
#include "model/weights/loader.h"

namespace seekd::model {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatchTokens = 2048;  // their activations stay in the processor's cache

struct Parts {
  std::unique_ptr<EncoderTokenizer> tokenizer;
  Bert network;
  RerankerInfo info;
  int threads = 1;
  ShortWaits waits;
};

class TorchReranker final : public Reranker {
 public:
  explicit TorchReranker(Parts parts) : parts_(std::move(parts)) {}

  const RerankerInfo& info() const override { return parts_.info; }

  Result<std::vector<float>> score(const std::string& query, std::span<const std::string> passages,
                                   std::chrono::milliseconds time_max) const override {
    return stop_exceptions("reranking", [&]() -> Result<std::vector<float>> {
      return run(query, passages, Clock::now() + time_max);
    });
  }

 private:
  std::vector<float> run(const std::string& query, std::span<const std::string> passages,
                         Clock::time_point end) const;

  const Parts parts_;
};

// Best first, so that time that runs out takes the least.
std::vector<float> TorchReranker::run(const std::string& query,
                                      std::span<const std::string> passages,
                                      Clock::time_point end) const {
  const c10::InferenceMode no_gradients;
  use_threads(parts_.threads);
  std::vector<float> scores;
  while (scores.size() < passages.size() && (scores.empty() || Clock::now() < end)) {
    std::vector<TokenPair> batch;
    for (std::size_t tokens = 0; scores.size() + batch.size() < passages.size();) {
      batch.push_back(parts_.tokenizer->encode_pair(query, passages[scores.size() + batch.size()],
                                                    parts_.info.tokens_max));
      tokens += batch.back().ids.size();
      if (tokens + batch.back().ids.size() > kBatchTokens) break;
    }
    const at::Tensor rows = parts_.network.score(batch).to(at::kCPU).to(at::kFloat).contiguous();
    const float* row = rows.data_ptr<float>();
    scores.insert(scores.end(), row, row + batch.size());
  }
  return scores;
}

Status check_vocabulary(const EncoderConfig& config, const EncoderTokenizer& tokenizer) {
  if (tokenizer.size() <= config.vocabulary) return {};
  return fail(ErrorCode::corrupt, "the tokenizer has " + std::to_string(tokenizer.size()) +
                                      " tokens and the embedding " +
                                      std::to_string(config.vocabulary) +
                                      " rows: they do not belong together");
}

Result<std::unique_ptr<Reranker>> load(const std::filesystem::path& folder, config::Device wanted,
                                       std::size_t threads) {
  const auto encoder = read_encoder_config(folder);
  if (!encoder) return std::unexpected(encoder.error());
  auto tokenizer = EncoderTokenizer::load(folder);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  if (auto fits = check_vocabulary(*encoder, **tokenizer); !fits) {
    return std::unexpected(fits.error());
  }
  if (encoder->tokens_max < pair_tokens_min) {
    return fail(ErrorCode::unsupported, folder.string() + " has no room for two texts");
  }
  const auto checkpoint = Checkpoint::open_tensors(folder);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  const auto device = choose_device(wanted, "the reranker's device");
  if (!device) return std::unexpected(device.error());
  const c10::InferenceMode no_gradients;
  const int count = thread_count(threads);
  use_threads(count);
  ShortWaits waits(count);
  auto network = Bert::load(*checkpoint, *encoder, Bert::Head::score, *device);
  if (!network) return std::unexpected(network.error());
  RerankerInfo info{.name = folder.lexically_normal().filename().string(),
                    .device = device->name,
                    .parameters = checkpoint->parameters(),
                    .tokens_max = encoder->tokens_max};
  return std::make_unique<TorchReranker>(
      Parts{*std::move(tokenizer), *std::move(network), std::move(info), count, std::move(waits)});
}

}  // namespace

Result<std::unique_ptr<Reranker>> load_torch_reranker(const std::filesystem::path& folder,
                                                      config::Device device, std::size_t threads) {
  return stop_exceptions("loading " + folder.string(),
                         [&] { return load(folder, device, threads); });
}

Reranking reranking_of(const std::shared_ptr<const Reranker>& reranker, std::size_t candidates,
                       std::chrono::milliseconds time_max) {
  Reranking reranking{.candidates = candidates, .judge = {}};
  reranking.judge = [reranker, time_max](
                        const std::string& query,
                        std::span<const std::string> passages) -> Result<std::vector<float>> {
    auto scores = reranker->score(query, passages, time_max);
    if (!scores) return scores;
    for (float& score : *scores) score = 1.0F / (1.0F + std::exp(-score));
    return scores;
  };
  return reranking;
}

}  // namespace seekd::model
