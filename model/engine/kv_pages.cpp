#include "model/engine/kv_pages.h"

#include <cassert>
#include <vector>

#include <ATen/ATen.h>

namespace seekd::model {
namespace {

constexpr auto kPageTokens = static_cast<std::int64_t>(page_tokens);

std::int64_t slot_of(std::span<const PageId> pages, std::int64_t token) {
  return pages[static_cast<std::size_t>(token / kPageTokens)] * kPageTokens + token % kPageTokens;
}

// A page's own slots are; it takes a look at one of each page.
bool side_by_side(std::span<const PageId> pages, std::int64_t begin, std::int64_t count) {
  const std::int64_t first = slot_of(pages, begin);
  for (std::int64_t token = begin; token < begin + count; token += kPageTokens) {
    if (slot_of(pages, token) != first + token - begin) return false;
  }
  return slot_of(pages, begin + count - 1) == first + count - 1;
}

}  // namespace

KvPages::KvPages(const Shape& shape, const ComputeDevice& device)
    : keys_(at::empty({shape.layers, shape.kv_heads, shape.slots(), shape.head_dim},
                      at::TensorOptions(device.weights).device(device.device))),
      values_(at::empty_like(keys_)) {}

std::uint64_t page_bytes(const KvPages::Shape& shape, std::uint64_t element) {
  return 2 * element * static_cast<std::uint64_t>(shape.layers * shape.kv_heads * shape.head_dim) *
         page_tokens;
}

Slots::Slots(std::span<const PageId> pages, std::int64_t begin, std::int64_t count,
             const at::Device& device)
    : first_(slot_of(pages, begin)), count_(count) {
  assert(count > 0 && pages_for(static_cast<std::size_t>(begin + count)) <= pages.size());
  if (side_by_side(pages, begin, count)) return;
  std::vector<std::int64_t> slots;
  slots.reserve(static_cast<std::size_t>(count));
  for (std::int64_t token = begin; token < begin + count; ++token) {
    slots.push_back(slot_of(pages, token));
  }
  indices_ = at::tensor(slots, at::kLong).to(device);
}

at::Tensor Slots::of(const at::Tensor& all) const {
  return indices_.defined() ? all.index_select(1, indices_) : all.narrow(1, first_, count_);
}

void Slots::write(const at::Tensor& from, const at::Tensor& all) const {
  if (indices_.defined()) {
    all.index_copy_(1, indices_, from.to(all.scalar_type()));
  } else {
    all.narrow(1, first_, count_).copy_(from);
  }
}

}  // namespace seekd::model
