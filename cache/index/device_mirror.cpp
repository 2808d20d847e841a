#include "cache/index/device_mirror.h"

#include <algorithm>
#include <utility>

namespace seekd::cache {

DeviceMirror::DeviceMirror(std::unique_ptr<DeviceRows> rows) : device_(std::move(rows)) {}

void DeviceMirror::changed(std::size_t row) {
  const std::lock_guard lock(mutex_);
  // Rows behind those that it has are sent in any case.
  if (!device_ || row >= device_->size()) return;
  if (changed_.size() >= device_->size()) {
    changed_.clear();
    device_->shrink(0);
    return;
  }
  changed_.push_back(static_cast<std::uint32_t>(row));
}

std::optional<std::vector<std::uint32_t>> DeviceMirror::nearest(
    std::span<const std::int8_t> query, std::size_t count, std::span<const std::uint8_t> allowed,
    std::size_t rows, const ReadRows& read) const {
  const std::lock_guard lock(mutex_);
  if (!device_) return std::nullopt;
  if (send(rows, read)) {
    auto found = device_->nearest(query, count, allowed);
    if (found) return std::move(*found);
  }
  device_.reset();
  bytes_ = 0;
  return std::nullopt;
}

Status DeviceMirror::send(std::size_t rows, const ReadRows& read) const {
  if (rows < device_->size()) device_->shrink(rows);
  for (const std::uint32_t row : changed_) {
    if (row >= device_->size()) continue;
    const DeviceRows::Rows from = read(row);
    const std::size_t width = from.values.size() / from.scales.size();
    const DeviceRows::Rows one{from.values.first(width), from.scales.first(1),
                               from.groups.first(1)};
    if (Status sent = device_->put(row, one); !sent) return sent;
  }
  changed_.clear();
  while (device_->size() < rows) {
    const std::size_t first = device_->size();
    if (Status sent = device_->put(first, read(first)); !sent) return sent;
  }
  bytes_ = device_->bytes();
  return {};
}

}  // namespace seekd::cache
