#include "model/engine/stop_matcher.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace seekd::model {

StopMatcher::StopMatcher(const std::vector<std::string>& stops) {
  for (const std::string& stop : stops) patterns_.push_back(compile(stop));
}

StopMatcher::Pattern StopMatcher::compile(const std::string& stop) {
  assert(!stop.empty());
  Pattern pattern{stop, std::vector<std::size_t>(stop.size(), 0)};
  std::size_t border = 0;
  for (std::size_t i = 1; i < stop.size(); ++i) {
    while (border > 0 && stop[i] != stop[border]) border = pattern.borders[border - 1];
    if (stop[i] == stop[border]) ++border;
    pattern.borders[i] = border;
  }
  return pattern;
}

void StopMatcher::advance(Pattern& pattern, char byte) {
  while (pattern.matched > 0 && pattern.text[pattern.matched] != byte) {
    pattern.matched = pattern.borders[pattern.matched - 1];
  }
  if (pattern.text[pattern.matched] == byte) ++pattern.matched;
}

std::string StopMatcher::push(std::string_view text) {
  if (stopped_) return {};
  for (const char byte : text) {
    held_.push_back(byte);
    std::size_t match = 0;  // bytes; the longest, where two strings end together
    for (Pattern& pattern : patterns_) {
      advance(pattern, byte);
      if (pattern.matched == pattern.text.size()) match = std::max(match, pattern.matched);
    }
    if (match > 0) {
      stopped_ = true;
      held_.resize(held_.size() - match);
      return std::exchange(held_, {});
    }
  }
  std::size_t uncertain = 0;
  for (const Pattern& pattern : patterns_) uncertain = std::max(uncertain, pattern.matched);
  std::string certain = held_.substr(0, held_.size() - uncertain);
  held_.erase(0, certain.size());
  return certain;
}

std::string StopMatcher::flush() {
  return std::exchange(held_, {});
}

}  // namespace seekd::model
