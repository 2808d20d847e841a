// KvPages: keys and values of all texts, allocated once, in pages that PagePool hands out.
//
// Immutable but for what the tensors hold: a network writes the pages of the texts that it runs.
// One thread at a time. May throw what libtorch throws.

#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

#include "model/device.h"
#include "model/engine/page_pool.h"

namespace seekd::model {

class KvPages {
 public:
  struct Shape {
    std::int64_t layers = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t pages = 0;

    std::int64_t slots() const { return pages * static_cast<std::int64_t>(page_tokens); }
  };

  KvPages(const Shape& shape, const ComputeDevice& device);

  // [layers, kv_heads, slots, head_dim]: page p is slots p · page_tokens and after, so that pages
  // side by side are one range.
  const at::Tensor& keys() const { return keys_; }
  const at::Tensor& values() const { return values_; }

  std::int64_t slots() const { return keys_.size(2); }
  std::size_t pages() const { return static_cast<std::size_t>(slots()) / page_tokens; }

 private:
  at::Tensor keys_;
  at::Tensor values_;
};

// Bytes of one page of all layers, `element` bytes a number.
std::uint64_t page_bytes(const KvPages::Shape& shape, std::uint64_t element);

// Where tokens `begin` to `begin + count` of a text lie.
class Slots {
 public:
  // REQUIRES: there are pages for them.
  Slots(std::span<const PageId> pages, std::int64_t begin, std::int64_t count,
        const at::Device& device);

  // Of [heads, slots, dim] those of the text, in its order; a view where they lie side by side.
  at::Tensor of(const at::Tensor& all) const;

  // Writes [heads, count, dim] there.
  void write(const at::Tensor& from, const at::Tensor& all) const;

 private:
  std::int64_t first_ = 0;
  std::int64_t count_ = 0;
  at::Tensor indices_;  // undefined where they lie side by side
};

}  // namespace seekd::model
