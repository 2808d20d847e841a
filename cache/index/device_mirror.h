// DeviceMirror: the rows of a VectorIndex once more, on the embedder's device.
//
// What changes is noted and sent before the next search. A device that fails or is full is let go
// for good: the search goes on without it. Changes exclude each other and searches; searches come
// from any thread and wait for each other, a millisecond each.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "policy/embedding.h"

namespace seekd::cache {

class DeviceMirror {
 public:
  // Gives the rows from `first` on, at least one of them, as far as they lie together.
  using ReadRows = std::function<DeviceRows::Rows(std::size_t first)>;

  // nullptr: no device, and nothing is held.
  explicit DeviceMirror(std::unique_ptr<DeviceRows> rows);

  // The row became another one, or there is one more.
  void changed(std::size_t row);

  // `rows`: how many the index has. nullopt without a device. The rest as DeviceRows::nearest().
  std::optional<std::vector<std::uint32_t>> nearest(std::span<const std::int8_t> query,
                                                    std::size_t count,
                                                    std::span<const std::uint8_t> allowed,
                                                    std::size_t rows, const ReadRows& read) const;

  std::uint64_t bytes() const { return bytes_; }  // of the device's memory

 private:
  Status send(std::size_t rows, const ReadRows& read) const;

  mutable std::mutex mutex_;  // guards the rest
  mutable std::unique_ptr<DeviceRows> device_;
  mutable std::vector<std::uint32_t> changed_;  // rows that the device has otherwise
  mutable std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace seekd::cache
