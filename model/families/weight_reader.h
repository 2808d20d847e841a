// Checkpoint tensors as float32 libtorch tensors, several stacked where they are multiplied as one.
//
// Pure; any thread. Errors: those of Checkpoint::read(); unsupported (a bias where
// the architecture has none). A tensor's shape is checked before memory
// is allocated for it. May throw what libtorch throws; torch_model.cpp stops it.

#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <ATen/core/Tensor.h>

#include "model/device.h"
#include "model/families/layers.h"
#include "model/weights/loader.h"
#include "policy/result.h"

namespace seekd::model {

enum class Bias : std::uint8_t {
  none,      // one in the checkpoint is an error: ignored, it would give wrong text
  required,  // a checkpoint without it is corrupt
};

// One projection of a stack: its name without ".weight" and its outputs.
struct Projection {
  std::string name;
  std::int64_t outputs = 0;
};

// A tensor of that shape, float32 on the CPU.
Result<at::Tensor> read_tensor(const Checkpoint& checkpoint, const std::string& name,
                               at::IntArrayRef extents);

// One Linear whose outputs are those of the projections, one after another: one pass over the input
// instead of several.
Result<Linear> read_linear(const Checkpoint& checkpoint, std::span<const Projection> projections,
                           std::int64_t inputs, Bias bias, const ComputeDevice& device);

}  // namespace seekd::model
