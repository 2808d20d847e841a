// Embedder: texts to vectors that lie near each other where the texts mean the same. A plain
// interface; load_torch_embedder() gives the one that runs weights of its own.
//
// Any thread may call any function, several at once. No exception leaves model/.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "policy/embedding.h"
#include "policy/result.h"

namespace seekd::model {

// Some models were trained with a word before the text that says which it is (E5: "query: ").
enum class TextRole : std::uint8_t { query, passage };

struct EmbedderInfo {
  std::string name;         // the folder's
  std::string device;       // "cpu", "cuda:0 (NVIDIA …)"
  std::string fingerprint;  // 32 hex digits; passages' vectors of one are comparable, of two not
  std::uint64_t parameters = 0;
  std::size_t dimension = 0;   // of a vector
  std::size_t tokens_max = 0;  // of a text; what is longer is cut
};

class Embedder {
 public:
  virtual ~Embedder() = default;

  virtual const EmbedderInfo& info() const = 0;

  // Of a text as embed() reads it, what it adds included; of one that is longer than it reads,
  // info().tokens_max + 1.
  virtual std::size_t count_tokens(TextRole role, std::string_view text) const = 0;

  // [texts, dimension], row after row, each of length 1. Errors: too_large (memory ran out),
  // internal.
  virtual Result<std::vector<float>> embed(TextRole role,
                                           std::span<const std::string> texts) const = 0;

  // Whether device_rows() has a device to hold them, other than the processor.
  virtual bool has_device() const = 0;

  // REQUIRES: has_device(). Errors: too_large, internal.
  virtual Result<std::unique_ptr<DeviceRows>> device_rows(std::size_t row_bytes) const = 0;

  // The share of a text that the model's vocabulary was made for, 0 to 1: near 1 for a language
  // that the model knows. What it does not know, it embeds without sense.
  virtual double readable_share(std::string_view text) const = 0;
};

// `config.path`: a folder with config.json, tokenizer.json and *.safetensors. `threads`: of the
// CPU, 0 is one for each core. Errors: not_found, corrupt, unsupported, too_large, io of the files
// (named), unavailable (config.device). REQUIRES: config.path names a folder.
Result<std::unique_ptr<Embedder>> load_torch_embedder(const config::EmbedderConfig& config,
                                                      std::size_t threads);

// What a cache is given of it: its vectors, and the scan over many. Keeps the embedder alive.
Embedding embedding_of(const std::shared_ptr<const Embedder>& embedder);

}  // namespace seekd::model
