#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "model/device.h"
#include "model/embedder.h"
#include "model/families/bert.h"
#include "model/text/encoder_tokenizer.h"
#include "model/threads.h"
#include "model/torch_errors.h"
#include "model/torch_rows.h"
#include "model/weights/encoder_config.h"
#include "model/weights/fingerprint.h"
#include "model/weights/loader.h"

namespace seekd::model {

namespace {

// Tokens that run together: their activations stay in the processor's cache.
constexpr std::size_t kBatchTokens = 2048;

struct Parts {
  std::unique_ptr<EncoderTokenizer> tokenizer;
  Bert network;
  ComputeDevice device;
  EmbedderInfo info;
  std::string query_prefix;
  std::string passage_prefix;
  int threads = 1;
  ShortWaits waits;
};

class TorchEmbedder final : public Embedder {
 public:
  explicit TorchEmbedder(Parts parts) : parts_(std::move(parts)) {}

  const EmbedderInfo& info() const override { return parts_.info; }

  std::size_t count_tokens(TextRole role, std::string_view text) const override {
    const std::string whole = prefix_of(role) + std::string(text);
    return parts_.tokenizer->encode(whole, parts_.info.tokens_max + 1).size();
  }

  double readable_share(std::string_view text) const override {
    return parts_.tokenizer->readable_share(text);
  }

  bool has_device() const override { return !parts_.device.device.is_cpu(); }

  Result<std::unique_ptr<DeviceRows>> device_rows(std::size_t row_bytes) const override {
    return make_torch_rows(parts_.device, row_bytes);
  }

  Result<std::vector<float>> embed(TextRole role,
                                   std::span<const std::string> texts) const override {
    return stop_exceptions(
        "embedding", [&]() -> Result<std::vector<float>> { return run(prefix_of(role), texts); });
  }

 private:
  const std::string& prefix_of(TextRole role) const {
    return role == TextRole::query ? parts_.query_prefix : parts_.passage_prefix;
  }

  std::vector<float> run(const std::string& prefix, std::span<const std::string> texts) const;

  const Parts parts_;
};

// Longest first, so that a batch is of about one length and the peak of memory comes at once.
std::vector<float> TorchEmbedder::run(const std::string& prefix,
                                      std::span<const std::string> texts) const {
  const c10::InferenceMode no_gradients;
  use_threads(parts_.threads);
  std::vector<std::vector<TokenId>> ids;
  ids.reserve(texts.size());
  for (const std::string& text : texts) {
    ids.push_back(parts_.tokenizer->encode(prefix + text, parts_.info.tokens_max));
  }
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return ids[i].size(); });

  const std::size_t dimension = parts_.info.dimension;
  std::vector<float> vectors(texts.size() * dimension);
  for (std::size_t begin = 0; begin < order.size();) {
    std::vector<std::vector<TokenId>> batch;
    std::size_t tokens = 0;
    do {
      batch.push_back(std::move(ids[order[begin + batch.size()]]));
      tokens += batch.back().size();
    } while (begin + batch.size() < order.size() && tokens + batch.back().size() <= kBatchTokens);
    const at::Tensor rows = parts_.network.forward(batch).to(at::kCPU).contiguous();
    const float* row = rows.data_ptr<float>();
    for (std::size_t i = 0; i < batch.size(); ++i, row += dimension) {
      std::copy_n(row, dimension,
                  vectors.begin() + static_cast<std::ptrdiff_t>(order[begin + i] * dimension));
    }
    begin += batch.size();
  }
  return vectors;
}

// An id beyond the embedding would be read out of bounds.
Status check_vocabulary(const EncoderConfig& config, const EncoderTokenizer& tokenizer) {
  if (tokenizer.size() <= config.vocabulary) return {};
  return fail(ErrorCode::corrupt, "the tokenizer has " + std::to_string(tokenizer.size()) +
                                      " tokens and the embedding " +
                                      std::to_string(config.vocabulary) +
                                      " rows: they do not belong together");
}

std::string name_of(const std::filesystem::path& folder) {
  const std::filesystem::path whole = folder.lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

// What the vectors of passages depend on beside the files.
std::string settings_of(const EncoderConfig& encoder, const config::EmbedderConfig& config) {
  return std::to_string(encoder.tokens_max) + '\n' +
         (encoder.pooling == Pooling::mean ? "mean" : "first") + '\n' + config.passage_prefix;
}

Result<std::unique_ptr<Embedder>> load(const config::EmbedderConfig& config, std::size_t threads) {
  const auto encoder = read_encoder_config(config.path);
  if (!encoder) return std::unexpected(encoder.error());
  auto tokenizer = EncoderTokenizer::load(config.path);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  if (auto fits = check_vocabulary(*encoder, **tokenizer); !fits) {
    return std::unexpected(fits.error());
  }
  const auto checkpoint = Checkpoint::open_tensors(config.path);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  auto fingerprint = fingerprint_folder(config.path, settings_of(*encoder, config));
  if (!fingerprint) return std::unexpected(fingerprint.error());
  const auto device = choose_device(config.device, "embedder.device");
  if (!device) return std::unexpected(device.error());

  const c10::InferenceMode no_gradients;
  const int count = thread_count(threads);
  use_threads(count);
  ShortWaits waits(count);
  auto network = Bert::load(*checkpoint, *encoder, Bert::Head::none, *device);
  if (!network) return std::unexpected(network.error());
  EmbedderInfo info{.name = name_of(config.path),
                    .device = device->name,
                    .fingerprint = *std::move(fingerprint),
                    .parameters = checkpoint->parameters(),
                    .dimension = encoder->hidden,
                    .tokens_max = encoder->tokens_max};
  return std::make_unique<TorchEmbedder>(Parts{*std::move(tokenizer), *std::move(network), *device,
                                               std::move(info), config.query_prefix,
                                               config.passage_prefix, count, std::move(waits)});
}

}  // namespace

Result<std::unique_ptr<Embedder>> load_torch_embedder(const config::EmbedderConfig& config,
                                                      std::size_t threads) {
  return stop_exceptions("loading " + config.path.string(), [&] { return load(config, threads); });
}

}  // namespace seekd::model
