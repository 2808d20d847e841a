#include "policy/word_pattern.h"

#include <algorithm>

namespace seekd::policy {
namespace {

constexpr std::size_t gap_words_max = 6;
constexpr std::size_t stem_bytes_min = 2;  // "red" is no participle, "west" no superlative

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_alternative(std::string_view alternative, std::string_view word) {
  if (alternative.ends_with('-')) {
    return word.starts_with(alternative.substr(0, alternative.size() - 1));
  }
  if (alternative.starts_with('-')) {
    const std::string_view ending = alternative.substr(1);
    return word.size() >= ending.size() + stem_bytes_min && word.ends_with(ending);
  }
  return word == alternative;
}

}  // namespace

WordPattern::WordPattern(std::string_view pattern) {
  for (const std::string_view part : split(pattern, ' ')) {
    if (part == "^") {
      anchored_ = true;
    } else {
      parts_.push_back(part == "*" ? Alternatives{} : split(part, '|'));
    }
  }
}

bool WordPattern::occurs_in(std::span<const Word> words) const {
  if (anchored_) return matches_at(words, 0);
  for (; !words.empty(); words = words.subspan(1)) {
    if (matches_at(words, 0)) return true;
  }
  return false;
}

bool WordPattern::matches_at(std::span<const Word> words, std::size_t part) const {
  for (; part < parts_.size(); ++part, words = words.subspan(1)) {
    const Alternatives& alternatives = parts_[part];
    if (alternatives.empty()) {
      for (std::size_t gap = 0; gap <= std::min(gap_words_max, words.size()); ++gap) {
        if (matches_at(words.subspan(gap), part + 1)) return true;
      }
      return false;
    }
    if (words.empty()) return false;
    const auto fits = [&](std::string_view a) { return is_alternative(a, words.front().text); };
    if (std::ranges::none_of(alternatives, fits)) return false;
  }
  return true;
}

}  // namespace seekd::policy
