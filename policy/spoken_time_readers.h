// The readers behind policy/spoken_time.h, one for writing with spaces, one for Chinese and
// Japanese.
//
// Pure; any thread.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/calendar_units.h"
#include "policy/words.h"

namespace seekd::policy {

struct NamedTime {
  TimeSpan span;
  std::string words;
};

// No more are read of one text.
inline constexpr std::size_t named_times_max = 16;

std::vector<NamedTime> english_times(std::span<const Word> words, TimePoint now);

// `text`: UTF-8, full-width digits folded to those of ASCII.
std::vector<NamedTime> cjk_times(std::string_view text, TimePoint now);

}  // namespace seekd::policy
