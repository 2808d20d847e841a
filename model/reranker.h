// Reranker: how well a passage answers a question, by a model that reads both at once.
//
// A cross-encoder (R. Nogueira, K. Cho, "Passage Re-ranking with BERT", 2019): a Hugging Face
// folder of BertForSequenceClassification or XLMRobertaForSequenceClassification with one label. A
// plain interface; load_torch_reranker() gives the one that runs weights of its own. Any thread may
// call any function, several at once. No exception leaves model/.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "policy/reranking.h"
#include "policy/result.h"

namespace seekd::model {

struct RerankerInfo {
  std::string name;    // the folder's
  std::string device;  // "cpu", "cuda:0 (NVIDIA …)"
  std::uint64_t parameters = 0;
  std::size_t tokens_max = 0;  // of a pair; the longer text is cut first
};

class Reranker {
 public:
  virtual ~Reranker() = default;

  virtual const RerankerInfo& info() const = 0;

  // The model's own numbers (logits), the first passages' as far as `time_max` allows: a batch that
  // has begun is finished, and the first one always is. Errors: too_large (memory ran out),
  // internal.
  virtual Result<std::vector<float>> score(const std::string& query,
                                           std::span<const std::string> passages,
                                           std::chrono::milliseconds time_max) const = 0;
};

// `threads`: of the CPU, 0 is one for each core. Errors: not_found, corrupt, unsupported,
// too_large, io of the files (named), unavailable (the device).
Result<std::unique_ptr<Reranker>> load_torch_reranker(const std::filesystem::path& folder,
                                                      config::Device device, std::size_t threads);

// What a cache is given of it; keeps the reranker alive. Scores pass through a sigmoid.
Reranking reranking_of(const std::shared_ptr<const Reranker>& reranker, std::size_t candidates,
                       std::chrono::milliseconds time_max);

}  // namespace seekd::model
