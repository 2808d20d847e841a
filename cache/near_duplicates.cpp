#include "cache/near_duplicates.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <string.h>

#include "cache/noise.h"
#include "cache/noise_tokens.h"

namespace seekd::cache {
namespace {

// Runs of so many words say where a text may begin in another one. Shorter texts are compared
// whole.
constexpr std::size_t run_words = 6;
constexpr std::size_t compared_max = 32;  // texts that have its first run; the others stay apart

struct Words {
  std::string all;              // each with a space before it, and one after the last
  std::vector<std::size_t> at;  // where each begins, its space included

  // From the word `first` on; empty where fewer are left.
  std::string run(std::size_t first) const {
    if (first + run_words > at.size()) return {};
    const std::size_t end = first + run_words < at.size() ? at[first + run_words] : all.size() - 1;
    return all.substr(at[first], end - at[first]);
  }
};

// What may differ between two prints of a text. Other signs say something: "12%", "-5", "a < b".
bool is_punctuation(const Token& token) {
  static constexpr std::array<std::string_view, 15> signs = {
      ".", ",", ";", ":", "!", "\"", "'", "(", ")", "，", "；", "：", "！", "（", "）"};
  if (token.kind != TokenKind::sign) return false;
  // General punctuation, U+2000 to U+203F, and that of Chinese, U+3000 to U+303F.
  return token.text.starts_with("\xE2\x80") || token.text.starts_with("\xE3\x80") ||
         std::ranges::find(signs, token.text) != signs.end();
}

Words words_of(std::string_view text) {
  Words words;
  const std::string quiet = without_noise({.text = std::string(text)}, "");
  for (const Token& token : noise_tokens(quiet)) {
    if (is_punctuation(token)) continue;
    words.at.push_back(words.all.size());
    (words.all += ' ') += token.text;
  }
  words.all += ' ';
  return words;
}

// Linear in both, unlike std::string::find.
bool contains(std::string_view text, std::string_view part) {
  return ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

}  // namespace

std::optional<NearDuplicates::Stand> NearDuplicates::add(std::string_view host,
                                                         std::string_view text) {
  const Words words = words_of(text);
  std::string first_run = words.run(0);
  if (first_run.empty()) first_run = words.all;
  if (const auto known = having_.find(first_run); known != having_.end()) {
    const std::size_t count = std::min(known->second.size(), compared_max);
    for (const std::size_t other : std::span(known->second).first(count)) {
      const Text& before = texts_[other];
      if (before.words == words.all) return Stand{other, false};
      if (before.host == host && contains(before.words, words.all)) return Stand{other, true};
    }
  }
  if (words.at.size() < run_words) having_[words.all].push_back(texts_.size());
  for (std::size_t first = 0; first + run_words <= words.at.size(); ++first) {
    std::vector<std::size_t>& texts = having_[words.run(first)];
    if (texts.empty() || texts.back() != texts_.size()) texts.push_back(texts_.size());
  }
  texts_.push_back({std::string(host), words.all});
  return std::nullopt;
}

}  // namespace seekd::cache
