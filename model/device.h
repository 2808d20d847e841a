// ComputeDevice: where weights live and in which precision they are multiplied.
//
// The program links libtorch's CPU half alone; its CUDA half is loaded when there is a GPU, so one
// binary serves hosts with and without. Any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "config/config.h"
#include "policy/result.h"

namespace seekd::model {

// What becomes of weights that a file holds in blocks of 32.
enum class FileBlocks : std::uint8_t {
  unpacked,  // they are multiplied in ComputeDevice's type, as others are
  kept,      // they stay, and what `projections` quantises is put into such: LlamaCpu multiplies
             // them by inputs rounded to bytes
};

struct ComputeDevice {
  c10::Device device = c10::kCPU;
  c10::ScalarType weights = c10::kFloat;  // of weights, KV cache and matrix products; the residual
                                          // stream, norms and RoPE are float32 everywhere
  std::string name = "cpu";               // "cpu", "cuda:0 (NVIDIA …)"
  // How the weights of projections are kept; none: in the type above.
  config::Quantization projections = config::Quantization::none;
  FileBlocks file_blocks = FileBlocks::unpacked;
};

// `option` is the name of the one that says `wanted`. Errors: unavailable (`cuda` was asked for and
// cannot be had; says why and what to do). `automatic` takes the GPU where there is a usable one.
Result<ComputeDevice> choose_device(config::Device wanted, std::string_view option);

// After a failure there: waits for what it was told before, gives back the memory that nothing
// uses, and tries whether it still computes. Never throws. Errors: unavailable (it does not; its
// words).
Status revive(const ComputeDevice& device);

// Bytes that may still be allocated there; nullopt where the system does not tell.
std::optional<std::uint64_t> memory_available(const ComputeDevice& device);

}  // namespace seekd::model
