// Progress: how far an import is, on standard error: a line that is written over again on a
// terminal, a line now and then elsewhere.
//
// Time is an argument. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace seekd::ctl {

struct Work {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

// "[#######-----]  30 of 120 files, 3.2 of 10.5 MiB, 1.2 MiB/s, 6 s left". Pure.
std::string progress_line(const Work& done, const Work& all, std::chrono::milliseconds elapsed);

enum class Screen : std::uint8_t {
  terminal,  // a bar, several times a second
  plain,     // lines, seconds apart
  none,
};

class Progress {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // REQUIRES: `out` outlives this.
  Progress(std::ostream& out, Screen screen, const Work& all, TimePoint begun)
      : out_(out), screen_(screen), all_(all), begun_(begun) {}

  void show(const Work& done, TimePoint now);
  // The bar goes, so that a sentence can stand in its place; the next show() draws it again.
  void clear();

 private:
  std::ostream& out_;
  const Screen screen_;
  const Work all_;
  const TimePoint begun_;
  std::optional<TimePoint> shown_;
  bool drawn_ = false;
};

}  // namespace seekd::ctl
