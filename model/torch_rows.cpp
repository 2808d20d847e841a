#include "model/torch_rows.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "model/torch_errors.h"

namespace seekd::model {
namespace {

constexpr std::int64_t kRowsPerChunk = 1 << 17;
constexpr float kQuerySteps = 127.0F;  // products of two full rows stay below float16's 65504

std::int64_t extent(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

// The caller's memory as a tensor, for as long as it is copied.
template <class Number>
at::Tensor view_of(std::span<const Number> numbers, at::IntArrayRef shape, at::ScalarType type) {
  return at::from_blob(const_cast<Number*>(numbers.data()), shape, at::TensorOptions(type));
}

class TorchRows final : public DeviceRows {
 public:
  TorchRows(const ComputeDevice& device, std::size_t row_bytes)
      : device_(device.device),
        type_(device.device.is_cpu() ? at::kFloat : at::kHalf),
        width_(extent(row_bytes)),
        bytes_max_(memory_available(device).value_or(UINT64_MAX) / 2) {}

  Status put(std::size_t first, const Rows& rows) override {
    assert(first <= size());
    return stop_exceptions("holding vectors on the device", [&] { return copy(first, rows); });
  }

  void shrink(std::size_t count) override {
    assert(count <= size());
    size_ = extent(count);
  }

  std::size_t size() const override { return static_cast<std::size_t>(size_); }
  std::uint64_t bytes() const override { return chunks_.size() * chunk_bytes(); }

  Result<std::vector<std::uint32_t>> nearest(std::span<const std::int8_t> query, std::size_t count,
                                             std::span<const std::uint8_t> allowed) override {
    return stop_exceptions("searching vectors on the device", [&] {
      return Result<std::vector<std::uint32_t>>(best(query, count, allowed));
    });
  }

 private:
  struct Chunk {
    at::Tensor rows;    // [kRowsPerChunk, width] whole numbers
    at::Tensor scales;  // [kRowsPerChunk] float32
    at::Tensor groups;  // [kRowsPerChunk] int32
  };

  std::uint64_t chunk_bytes() const {
    const auto row = static_cast<std::uint64_t>(width_) * at::elementSize(type_);
    return static_cast<std::uint64_t>(kRowsPerChunk) * (row + sizeof(float) + sizeof(std::int32_t));
  }

  Status add_chunk();
  Status copy(std::size_t first, const Rows& rows);
  at::Tensor products(const at::Tensor& query, const at::Tensor& allowed) const;
  std::vector<std::uint32_t> best(std::span<const std::int8_t> query, std::size_t count,
                                  std::span<const std::uint8_t> allowed) const;

  const at::Device device_;
  const at::ScalarType type_;
  const std::int64_t width_;
  const std::uint64_t bytes_max_;
  std::int64_t size_ = 0;
  std::vector<Chunk> chunks_;
};

Status TorchRows::add_chunk() {
  if (bytes() + chunk_bytes() > bytes_max_) {
    return fail(ErrorCode::too_large,
                "the device has no room for more vectors: " + std::to_string(bytes() >> 20) +
                    " MiB are taken of " + std::to_string(bytes_max_ >> 20));
  }
  const auto on_device = at::TensorOptions(device_);
  chunks_.push_back({at::empty({kRowsPerChunk, width_}, on_device.dtype(type_)),
                     at::empty({kRowsPerChunk}, on_device.dtype(at::kFloat)),
                     at::empty({kRowsPerChunk}, on_device.dtype(at::kInt))});
  return {};
}

Status TorchRows::copy(std::size_t first, const Rows& rows) {
  const c10::InferenceMode no_gradients;
  const std::int64_t all = extent(rows.scales.size());
  const at::Tensor values = view_of(rows.values, {all, width_}, at::kChar);
  const at::Tensor scales = view_of(rows.scales, {all}, at::kFloat);
  const at::Tensor groups = view_of(rows.groups, {all}, at::kInt);
  for (std::int64_t done = 0; done < all;) {
    const std::int64_t row = extent(first) + done;
    const auto number = static_cast<std::size_t>(row / kRowsPerChunk);
    if (number == chunks_.size()) {
      if (Status added = add_chunk(); !added) return added;
    }
    const std::int64_t at = row % kRowsPerChunk;
    const std::int64_t count = std::min(kRowsPerChunk - at, all - done);
    const Chunk& chunk = chunks_[number];
    // As bytes over the bus, and made longer there.
    chunk.rows.narrow(0, at, count).copy_(values.narrow(0, done, count).to(device_));
    chunk.scales.narrow(0, at, count).copy_(scales.narrow(0, done, count));
    chunk.groups.narrow(0, at, count).copy_(groups.narrow(0, done, count));
    done += count;
  }
  size_ = std::max(size_, extent(first) + all);
  return {};
}

// [size] float32; rows that are not allowed have the least number there is.
at::Tensor TorchRows::products(const at::Tensor& query, const at::Tensor& allowed) const {
  std::vector<at::Tensor> parts;
  for (std::int64_t begin = 0; begin < size_; begin += kRowsPerChunk) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(begin / kRowsPerChunk)];
    const std::int64_t count = std::min(kRowsPerChunk, size_ - begin);
    at::Tensor part = at::mm(chunk.rows.narrow(0, 0, count), query).view({count}).to(at::kFloat);
    part.mul_(chunk.scales.narrow(0, 0, count));
    if (allowed.defined()) {
      part.masked_fill_(allowed.index_select(0, chunk.groups.narrow(0, 0, count)).logical_not(),
                        -std::numeric_limits<float>::infinity());
    }
    parts.push_back(std::move(part));
  }
  return at::cat(parts);
}

std::vector<std::uint32_t> TorchRows::best(std::span<const std::int8_t> query, std::size_t count,
                                           std::span<const std::uint8_t> allowed) const {
  const c10::InferenceMode no_gradients;
  const std::int64_t wanted = std::min(extent(count), size_);
  if (wanted == 0) return {};
  const at::Tensor column =
      (view_of(query, {width_, 1}, at::kChar).to(at::kFloat) / kQuerySteps).to(device_, type_);
  at::Tensor mask;
  if (!allowed.empty()) {
    mask = view_of(allowed, {extent(allowed.size())}, at::kByte).to(device_).to(at::kBool);
  }
  const auto [scores, rows] = products(column, mask).topk(wanted, 0, true, false);
  const at::Tensor found = rows.index({scores.isfinite()}).to(at::kCPU);
  const std::int64_t* first = found.data_ptr<std::int64_t>();
  std::vector<std::uint32_t> numbers;
  numbers.reserve(static_cast<std::size_t>(found.size(0)));
  for (std::int64_t i = 0; i < found.size(0); ++i) {
    numbers.push_back(static_cast<std::uint32_t>(first[i]));
  }
  return numbers;
}

}  // namespace

Result<std::unique_ptr<DeviceRows>> make_torch_rows(const ComputeDevice& device,
                                                    std::size_t row_bytes) {
  return stop_exceptions("holding vectors on the device",
                         [&]() -> Result<std::unique_ptr<DeviceRows>> {
                           return std::make_unique<TorchRows>(device, row_bytes);
                         });
}

}  // namespace seekd::model
