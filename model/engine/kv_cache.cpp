#include "model/engine/kv_cache.h"

#include <cassert>

#include <ATen/ATen.h>

namespace seekd::model {

KvCache::KvCache(const Shape& shape, const ComputeDevice& device)
    : keys_(at::empty({shape.layers, shape.kv_heads, shape.capacity, shape.head_dim},
                      at::TensorOptions(device.weights).device(device.device))),
      values_(at::empty_like(keys_)) {}

KvCache::View KvCache::append(std::int64_t layer, const at::Tensor& keys,
                              const at::Tensor& values) {
  const std::int64_t tokens = keys.size(0);
  assert(length_ + tokens <= capacity());
  const View all{keys_[layer], values_[layer]};
  all.keys.narrow(1, length_, tokens).copy_(keys.transpose(0, 1));
  all.values.narrow(1, length_, tokens).copy_(values.transpose(0, 1));
  return {all.keys.narrow(1, 0, length_ + tokens), all.values.narrow(1, 0, length_ + tokens)};
}

void KvCache::copy_prefix(const KvCache& from, std::int64_t tokens) {
  assert(length_ == 0 && tokens <= from.length_ && tokens <= capacity());
  keys_.narrow(2, 0, tokens).copy_(from.keys_.narrow(2, 0, tokens));
  values_.narrow(2, 0, tokens).copy_(from.values_.narrow(2, 0, tokens));
  length_ = tokens;
}

std::uint64_t KvCache::bytes() const {
  return keys_.nbytes() + values_.nbytes();
}

}  // namespace seekd::model
