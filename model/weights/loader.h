// Checkpoint: a model on disk seen one way, whether a Hugging Face folder or a GGUF file.
//
// Tensors carry Hugging Face names ("model.layers.0.self_attn.q_proj.weight") and layout:
// row-major, [outputs, inputs], rotary halves (the row permutation that GGUF `llama` files apply to
// q and k is undone while reading). A tied head is a missing "lm_head.weight". Files are hostile:
// each size is checked when the checkpoint is opened, before anything is allocated by it; tensor
// data is read with pread, so a file that shrinks later is an error and no SIGBUS. Immutable after
// open(); any thread may read.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/weights/quantize.h"
#include "policy/result.h"

namespace seekd::model {

struct CheckpointConfig {
  std::string architecture;  // "llama" or "qwen2"
  std::size_t layers = 0;
  std::size_t hidden = 0;          // width of the residual stream
  std::size_t feed_forward = 0;    // width of gate and up
  std::size_t heads = 0;           // query heads
  std::size_t kv_heads = 0;        // divides heads
  std::size_t head_dim = 0;        // even; heads * head_dim need not be hidden
  std::size_t vocabulary = 0;      // rows of the embedding
  std::size_t context_tokens = 0;  // positions the model was trained for
  double rope_theta = 10000.0;
  std::vector<float> rope_divisors;  // [head_dim / 2], each frequency is divided by its own; empty:
                                     // none (linear, llama3)
  double norm_epsilon = 1e-5;
  bool tied_head = false;             // the embedding is the head; there is no lm_head.weight
  std::int32_t bos_id = -1;           // -1: none
  std::vector<std::int32_t> eos_ids;  // any of them ends the text; generation_config.json included
};

struct Tensor {
  std::string name;  // Hugging Face name
  std::vector<std::uint64_t>
      shape;                // row-major, outermost first; [outputs, inputs] for a projection
  DType type = DType::f32;  // as stored
};

class Checkpoint {
 public:
  // `path`: a folder with config.json and *.safetensors, or a .gguf file. Errors: not_found (names
  // the path), corrupt (names file and field), unsupported (architecture, tensor type, RoPE
  // scaling; names what is served), too_large (a header over its cap), io.
  static Result<Checkpoint> open(const std::filesystem::path& path);

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  const CheckpointConfig& config() const;

  // nullptr when there is none of that name.
  const Tensor* find(std::string_view name) const;

  // All tensors, sorted by name.
  std::span<const Tensor> tensors() const;

  // Weights of all tensors together.
  std::uint64_t parameters() const;

  // Reads a tensor as float32, row-major. Errors: corrupt (no such tensor, or its shape is another;
  // names both shapes), io (the file shrank or the disk failed). REQUIRES: out.size() is the
  // product of `shape`.
  Status read(std::string_view name, std::span<const std::uint64_t> shape,
              std::span<float> out) const;

 private:
  struct State;
  explicit Checkpoint(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace seekd::model
