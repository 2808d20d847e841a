#include "model/families/gpu_rows.h"

#include <cstring>
#include <span>
#include <vector>

#include <ATen/ATen.h>

namespace seekd::model {

static_assert(kernels::page_tokens == page_tokens, "the kernels read PagePool's pages");

const kernels::bf16* bits(const at::Tensor& tensor) {
  return reinterpret_cast<const kernels::bf16*>(tensor.const_data_ptr<at::BFloat16>());
}
kernels::bf16* bits_to_write(const at::Tensor& tensor) {
  return reinterpret_cast<kernels::bf16*>(tensor.data_ptr<at::BFloat16>());
}

namespace {

std::int32_t place_of(std::span<const PageId> pages, std::int64_t position) {
  const auto page = static_cast<std::size_t>(position) / page_tokens;
  return pages[page] * static_cast<std::int32_t>(page_tokens) +
         static_cast<std::int32_t>(static_cast<std::size_t>(position) % page_tokens);
}

}  // namespace

GpuRows::GpuRows(Batch batch, KvPages& pages, const c10::Device& device) {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> positions;
  std::vector<std::int32_t> places;
  std::vector<std::int32_t> wanted;
  std::vector<std::int32_t> tables;
  std::vector<kernels::StepState> states;
  for (const BatchPart& part : batch) {
    for (std::size_t i = 0; i < part.tokens.size(); ++i) {
      const std::int64_t position = part.position + static_cast<std::int64_t>(i);
      ids.push_back(part.tokens[i]);
      positions.push_back(static_cast<std::int32_t>(position));
      places.push_back(place_of(part.pages, position));
    }
    if (part.logits) wanted.push_back(static_cast<std::int32_t>(ids.size() - 1));
    if (part.tokens.size() > 1) continue;
    // Its table's place among the numbers; made a pointer when they have their own.
    states.push_back({part.tokens.front(), positions.back(), bits_to_write(pages.keys()),
                      bits_to_write(pages.values()), pages.slots(), nullptr});
    tables.insert(tables.end(), part.pages.begin(), part.pages.end());
  }
  rows_ = static_cast<int>(ids.size());
  alone_ = static_cast<int>(states.size());
  const std::size_t state_numbers = states.size() * sizeof(kernels::StepState) / 4;
  std::vector<std::int32_t> all(state_numbers);
  const auto add = [&all](const std::vector<std::int32_t>& numbers) {
    const Range range{static_cast<std::int64_t>(all.size()),
                      static_cast<std::int64_t>(numbers.size())};
    all.insert(all.end(), numbers.begin(), numbers.end());
    return range;
  };
  ids_ = add(ids);
  positions_ = add(positions);
  places_ = add(places);
  wanted_ = add(wanted);
  const Range table = add(tables);
  told_ = at::empty({static_cast<std::int64_t>(all.size())},
                    at::TensorOptions(at::kInt).device(device));
  const std::int32_t* pages_of_text = address(table);
  std::size_t text = 0;
  for (const BatchPart& part : batch) {
    if (part.tokens.size() > 1) continue;
    states[text++].pages = pages_of_text;
    pages_of_text += part.pages.size();
  }
  std::memcpy(all.data(), states.data(), states.size() * sizeof(kernels::StepState));
  told_.copy_(at::tensor(all));
}

}  // namespace seekd::model
