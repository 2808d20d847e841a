// Rows of vectors in libtorch's tensors: a search by meaning as one matrix product on the GPU.
//
// Rows are whole numbers, which float16 holds exactly up to 2048; their products with the query are
// rounded to 11 bits, so that whoever asks wants some more rows and computes those again.

#pragma once

#include <cstddef>
#include <memory>

#include "model/device.h"
#include "policy/embedding.h"
#include "policy/result.h"

namespace seekd::model {

// On any device; float32 where that is the processor. At most half of the memory that is free there
// now is taken. REQUIRES: row_bytes > 0.
Result<std::unique_ptr<DeviceRows>> make_torch_rows(const ComputeDevice& device,
                                                    std::size_t row_bytes);

}  // namespace seekd::model
