#include "daemon/time_text.h"

#include <array>
#include <ctime>

namespace seekd::daemon {
namespace {

constexpr const char* spelling = "%Y-%m-%dT%H:%M:%SZ";

}  // namespace

std::string format_time(TimePoint time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), spelling, &parts)};
}

std::string format_day(TimePoint time) {
  constexpr std::size_t day_bytes = 10;
  return format_time(time).substr(0, day_bytes);
}

std::optional<TimePoint> parse_time(std::string_view text) {
  const std::string terminated(text);
  std::tm parts{};
  const char* end = strptime(terminated.c_str(), spelling, &parts);
  if (end == nullptr || end != terminated.c_str() + terminated.size()) return std::nullopt;
  const TimePoint time{std::chrono::seconds(timegm(&parts))};
  // strptime accepts "2026-02-31" and short fields; what does not come back as it was is another
  // spelling.
  if (format_time(time) != text) return std::nullopt;
  return time;
}

}  // namespace seekd::daemon
