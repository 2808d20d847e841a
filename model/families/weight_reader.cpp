#include "model/families/weight_reader.h"

#include <sstream>
#include <vector>

#include <ATen/ATen.h>

namespace seekd::model {

namespace {

using Shape = std::vector<std::uint64_t>;

Shape to_shape(at::IntArrayRef extents) {
  return Shape(extents.begin(), extents.end());
}

Status check_shape(const Checkpoint& checkpoint, const std::string& name, at::IntArrayRef extents) {
  const Tensor* tensor = checkpoint.find(name);
  if (tensor == nullptr) {
    return fail(ErrorCode::corrupt, "the model has no tensor '" + name + "'");
  }
  if (tensor->shape == to_shape(extents)) return {};
  std::ostringstream message;
  message << "tensor '" << name << "' is not of the shape " << extents
          << " that the model's configuration gives it";
  return fail(ErrorCode::corrupt, message.str());
}

// `target` is a contiguous float32 tensor, or the part of one that is.
Status read_into(const Checkpoint& checkpoint, const std::string& name, const at::Tensor& target) {
  const auto weights = static_cast<std::size_t>(target.numel());
  return checkpoint.read(name, to_shape(target.sizes()),
                         std::span(target.data_ptr<float>(), weights));
}

Status check_no_bias(const Checkpoint& checkpoint, std::span<const Projection> projections) {
  for (const Projection& projection : projections) {
    const std::string name = projection.name + ".bias";
    if (checkpoint.find(name) != nullptr) {
      return fail(ErrorCode::unsupported, "tensor '" + name +
                                              "': " + checkpoint.config().architecture +
                                              " models with this bias are not served");
    }
  }
  return {};
}

// The tensors "NAME.kind" of the projections, stacked along their outputs. `inputs` are the
// extents behind those: one for weights, none for biases.
Result<at::Tensor> read_stacked(const Checkpoint& checkpoint,
                                std::span<const Projection> projections, const std::string& kind,
                                std::vector<std::int64_t> inputs) {
  std::vector<std::int64_t> extents = std::move(inputs);
  extents.insert(extents.begin(), 0);
  std::int64_t outputs = 0;
  for (const Projection& projection : projections) {
    extents.front() = projection.outputs;
    const std::string name = projection.name + "." + kind;
    if (auto fits = check_shape(checkpoint, name, extents); !fits) {
      return std::unexpected(fits.error());
    }
    outputs += projection.outputs;
  }
  extents.front() = outputs;
  at::Tensor stacked = at::empty(extents, at::kFloat);
  std::int64_t row = 0;
  for (const Projection& projection : projections) {
    const std::string name = projection.name + "." + kind;
    auto read = read_into(checkpoint, name, stacked.narrow(0, row, projection.outputs));
    if (!read) return std::unexpected(read.error());
    row += projection.outputs;
  }
  return stacked;
}

}  // namespace

Result<at::Tensor> read_tensor(const Checkpoint& checkpoint, const std::string& name,
                               at::IntArrayRef extents) {
  if (auto fits = check_shape(checkpoint, name, extents); !fits) {
    return std::unexpected(fits.error());
  }
  at::Tensor tensor = at::empty(extents, at::kFloat);
  if (auto read = read_into(checkpoint, name, tensor); !read) return std::unexpected(read.error());
  return tensor;
}

Result<Linear> read_linear(const Checkpoint& checkpoint, std::span<const Projection> projections,
                           std::int64_t inputs, Bias bias, const ComputeDevice& device) {
  const Result<at::Tensor> weight = read_stacked(checkpoint, projections, "weight", {inputs});
  if (!weight) return std::unexpected(weight.error());
  if (bias == Bias::none) {
    if (auto none = check_no_bias(checkpoint, projections); !none) {
      return std::unexpected(none.error());
    }
    return Linear(*weight, {}, device);
  }
  const Result<at::Tensor> offsets = read_stacked(checkpoint, projections, "bias", {});
  if (!offsets) return std::unexpected(offsets.error());
  return Linear(*weight, *offsets, device);
}

}  // namespace seekd::model
