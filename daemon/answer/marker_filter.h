// MarkerFilter: takes the marker of a prompt's pages out of what a model writes. A page may tell it
// to show the marker; it is nobody's but the prompt's.
//
// Not thread-safe; no I/O. Text comes in pieces, and goes out as soon as it is certain. However it
// is cut into pieces, the result is the same.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace seekd::daemon {

class MarkerFilter {
 public:
  // `marker` as prompt_marker() gives it; "": nothing is taken out.
  explicit MarkerFilter(std::string marker = {}) : marker_(std::move(marker)) {}

  std::string feed(std::string_view text);
  // The text has ended: the rest.
  std::string finish();

 private:
  std::string marker_;
  std::string held_;                // since the text last ended with nothing of the marker
  std::vector<std::size_t> begun_;  // after each byte of it, so much of the marker
};

}  // namespace seekd::daemon
