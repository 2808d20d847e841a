#include "policy/spoken_time.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "policy/folded_text.h"
#include "policy/spoken_time_readers.h"
#include "policy/words.h"

namespace seekd::policy {

std::optional<SpokenTime> spoken_time(std::string_view text, TimePoint now) {
  const std::string folded = fold_text(text, Letters::case_folded).text;
  std::vector<NamedTime> times = english_times(words_of(folded), now);
  std::ranges::move(cjk_times(folded, now), std::back_inserter(times));
  if (times.empty()) return std::nullopt;
  SpokenTime spoken{times.front().span, times.front().words};
  for (const NamedTime& time : std::span(times).subspan(1)) {
    spoken.span.begin = std::min(spoken.span.begin, time.span.begin);
    spoken.span.end = std::max(spoken.span.end, time.span.end);
    spoken.words += ", " + time.words;
  }
  return spoken;
}

}  // namespace seekd::policy
