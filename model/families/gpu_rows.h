// GpuRows: a batch as the kernels want it.
//
// Made anew for each step; lives on the GPU until the step has been run. One thread. May throw what
// libtorch throws.

#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "model/engine/batch.h"
#include "model/engine/kv_pages.h"
#include "model/kernels/kernels.h"

namespace seekd::model {

// A bf16 tensor's numbers on the GPU.
const kernels::bf16* bits(const at::Tensor& tensor);
kernels::bf16* bits_to_write(const at::Tensor& tensor);

// One transfer to the GPU for all that a step is told.
class GpuRows {
 public:
  GpuRows(Batch batch, const KvPages& pages, const c10::Device& device);

  int rows() const { return rows_; }
  int alone() const { return alone_; }  // the first rows: texts of one token each
  at::Tensor ids() const { return of(ids_); }
  const std::int32_t* positions() const { return address(positions_); }
  const std::int32_t* places() const { return address(places_); }
  const kernels::StepState* states() const {
    return reinterpret_cast<const kernels::StepState*>(address(0));
  }
  // Those whose logits are wanted; undefined where none is.
  at::Tensor wanted() const { return wanted_.count > 0 ? of(wanted_) : at::Tensor(); }

 private:
  // Of the int32 numbers that the step is told.
  struct Range {
    std::int64_t begin = 0;
    std::int64_t count = 0;
  };

  at::Tensor of(const Range& range) const { return told_.narrow(0, range.begin, range.count); }
  const std::int32_t* address(std::int64_t at) const {
    return told_.const_data_ptr<std::int32_t>() + at;
  }
  const std::int32_t* address(const Range& range) const { return address(range.begin); }

  int rows_ = 0;
  int alone_ = 0;
  Range ids_;
  Range positions_;
  Range places_;
  Range wanted_;
  at::Tensor told_;  // the states first, for they hold pointers
};

}  // namespace seekd::model
