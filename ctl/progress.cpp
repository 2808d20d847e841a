#include "ctl/progress.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace seekd::ctl {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t bar_width = 24;
constexpr milliseconds bar_pause{100};
constexpr milliseconds line_pause{5000};
constexpr double mebibyte = 1 << 20;

// Of the bytes, as a file's size is its cost; of the files where all are empty.
double share_of(const Work& done, const Work& all) {
  const double share =
      all.bytes > 0   ? static_cast<double>(done.bytes) / static_cast<double>(all.bytes)
      : all.files > 0 ? static_cast<double>(done.files) / static_cast<double>(all.files)
                      : 1.0;
  return std::clamp(share, 0.0, 1.0);
}

std::string time_left(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s left", whole);
  if (whole < 3600) return fmt::format("{} min {} s left", whole / 60, whole % 60);
  return fmt::format("{} h {} min left", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string progress_line(const Work& done, const Work& all, milliseconds elapsed) {
  const double share = share_of(done, all);
  const auto full = static_cast<std::size_t>(share * bar_width);
  std::string line = fmt::format("[{}{}] {} of {} files, {:.1f} of {:.1f} MiB",
                                 std::string(full, '#'), std::string(bar_width - full, '-'),
                                 done.files, all.files, static_cast<double>(done.bytes) / mebibyte,
                                 static_cast<double>(all.bytes) / mebibyte);
  const double seconds = static_cast<double>(elapsed.count()) / 1000;
  if (done.bytes == 0 || seconds <= 0) return line;
  line += fmt::format(", {:.1f} MiB/s", static_cast<double>(done.bytes) / mebibyte / seconds);
  if (share < 1) line += ", " + time_left(seconds * (1 - share) / share);
  return line;
}

void Progress::show(const Work& done, TimePoint now) {
  if (screen_ == Screen::none) return;
  const bool bar = screen_ == Screen::terminal;
  const milliseconds pause = bar ? bar_pause : line_pause;
  if (now - shown_.value_or(begun_) < pause) return;
  shown_ = now;
  const std::string line =
      progress_line(done, all_, std::chrono::duration_cast<milliseconds>(now - begun_));
  if (bar) {
    out_ << "\r\x1b[K" << line << std::flush;
    drawn_ = true;
  } else {
    out_ << line << '\n' << std::flush;
  }
}

void Progress::clear() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace seekd::ctl
