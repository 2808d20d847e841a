// CheckpointConfig: the numbers of a model, from config.json and generation_config.json or from
// GGUF metadata.

// Pure values. What is read is hostile: each number is checked against a cap, and the numbers
// against each other. Errors name the file and the field: not_found, corrupt, unsupported
// (architecture, activation, RoPE scaling, sliding window), io.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd::model {

class GgufFile;

struct CheckpointConfig {
  std::string architecture;  // "llama" or "qwen2"
  std::size_t layers = 0;
  std::size_t hidden = 0;          // width of the residual stream
  std::size_t feed_forward = 0;    // width of gate and up
  std::size_t heads = 0;           // query heads
  std::size_t kv_heads = 0;        // divides heads
  std::size_t head_dim = 0;        // even; heads · head_dim need not be hidden
  std::size_t vocabulary = 0;      // rows of the embedding
  std::size_t context_tokens = 0;  // positions that the model was trained for
  double rope_theta = 10000.0;
  double norm_epsilon = 1e-5;
  bool tied_head = false;             // the embedding is the head, whatever else the file holds
  std::vector<std::int32_t> eos_ids;  // any of them ends the text
  // [head_dim / 2]: each rotary frequency is divided by its own (linear and llama3 scaling).
  // Empty: none is.
  std::vector<float> rope_divisors;
};

// `folder` holds config.json, and generation_config.json where there is one.
Result<CheckpointConfig> read_hf_config(const std::filesystem::path& folder);

// Divisors that the file brings as a tensor are left to the loader, and so is tied_head.
Result<CheckpointConfig> read_gguf_config(const GgufFile& gguf);

// Errors: corrupt, unsupported; `source` is the file's name for the message.
Status check_config(const CheckpointConfig& config, std::string_view source);

// The divisors of one factor for all frequencies ("linear").
std::vector<float> linear_rope_divisors(std::size_t head_dim, double factor);

// Llama 3.1's scaling by wave length (transformers, modeling_rope_utils:
// `_compute_llama3_parameters`).
struct Llama3Rope {
  double factor = 8;
  double low_frequency_factor = 1;
  double high_frequency_factor = 4;
  double original_context = 8192;
};
std::vector<float> llama3_rope_divisors(std::size_t head_dim, double theta, const Llama3Rope& rope);

}  // namespace seekd::model
