// Secret: 32 bytes that are wiped from memory when they go. A plain value, one thread at a time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace seekd::cache {

class Secret {
 public:
  static constexpr std::size_t size = 32;
  using Bytes = std::array<std::uint8_t, size>;

  Secret() = default;  // zeros
  ~Secret() { wipe(); }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      other.wipe();
    }
    return *this;
  }
  // A second copy would have to be asked for.
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  std::span<std::uint8_t, size> bytes() { return bytes_; }
  std::span<const std::uint8_t, size> bytes() const { return bytes_; }

 private:
  void wipe();

  Bytes bytes_{};
};

// HMAC-SHA256 (RFC 2104) of `info` under `key`: a key for one use, which says nothing of `key`.
Secret derive(const Secret& key, std::string_view info);

// From the kernel's generator. False where it has none to give.
bool fill_randomly(std::span<std::uint8_t> bytes);

}  // namespace seekd::cache
