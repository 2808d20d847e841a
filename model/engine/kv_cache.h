// KvCache: keys and values of one generation, allocated once for all its tokens.
//
// One thread at a time. May throw what libtorch throws; torch_model.cpp stops it.

#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/device.h"

namespace seekd::model {

class KvCache {
 public:
  struct Shape {
    std::int64_t layers = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t capacity = 0;  // tokens
  };

  KvCache(const Shape& shape, const ComputeDevice& device);

  // Views of one layer up to the newest token: [kv_heads, tokens, head_dim].
  struct View {
    at::Tensor keys;
    at::Tensor values;
  };

  // Writes the next tokens of one layer behind those there are; [tokens, kv_heads, head_dim] of any
  // floating type. REQUIRES: they fit.
  View append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values);

  // After all layers have appended the same tokens.
  void advance(std::int64_t tokens) { length_ += tokens; }

  // Takes the first `tokens` of another's entries. REQUIRES: this is empty and has room, `from`
  // holds as many and is of the same shape but for its capacity.
  void copy_prefix(const KvCache& from, std::int64_t tokens);

  std::uint64_t bytes() const;  // of memory, whatever is filled

  // [layers, kv_heads, capacity, head_dim]; for kernels that write an entry themselves.
  const at::Tensor& keys() const { return keys_; }
  const at::Tensor& values() const { return values_; }

  std::int64_t length() const { return length_; }  // tokens
  std::int64_t capacity() const { return keys_.size(2); }

 private:
  at::Tensor keys_;  // [layers, kv_heads, capacity, head_dim]
  at::Tensor values_;
  std::int64_t length_ = 0;
};

}  // namespace seekd::model
