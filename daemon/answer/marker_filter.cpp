#include "daemon/answer/marker_filter.h"

#include <cstddef>

namespace seekd::daemon {
namespace {

constexpr std::size_t held_bytes_max = 4096;  // what goes on beginning like a marker is none

// How much of the marker stands at the end of a text that ended with `begun` bytes of it before
// `next` (D. Knuth, J. Morris, V. Pratt, 1977).
std::size_t begun_with(std::string_view marker, std::size_t begun, char next) {
  while (true) {
    if (marker[begun] == next) return begun + 1;
    if (begun == 0) return 0;
    // The longest beginning of the marker that those bytes end with.
    std::size_t shorter = begun - 1;
    while (!marker.substr(0, begun).ends_with(marker.substr(0, shorter))) --shorter;
    begun = shorter;
  }
}

}  // namespace

// A marker within a marker: where the inner one goes, what stood before it counts again.
std::string MarkerFilter::feed(std::string_view text) {
  if (marker_.empty()) return std::string(text);
  std::string certain;
  for (const char c : text) {
    const std::size_t before = begun_.empty() ? 0 : begun_.back();
    held_ += c;
    begun_.push_back(begun_with(marker_, before, c));
    if (begun_.back() == marker_.size()) {
      held_.resize(held_.size() - marker_.size());
      begun_.resize(held_.size());
    } else if (begun_.back() == 0 || held_.size() == held_bytes_max) {
      certain += finish();
    }
  }
  return certain;
}

std::string MarkerFilter::finish() {
  begun_.clear();
  return std::exchange(held_, {});
}

}  // namespace seekd::daemon
