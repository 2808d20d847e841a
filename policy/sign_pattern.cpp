#include "policy/sign_pattern.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "policy/utf8.h"

namespace seekd::policy {
namespace {

constexpr std::size_t gap_words_max = 6;

bool is_unspaced(char32_t c) {
  if (c < 0x0E00) return false;  // Thai is the first of them
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &error);
  return uscript_breaksBetweenLetters(script) != 0 || c == U'ー';
}

bool is_word(char32_t c) {
  const auto value = static_cast<UChar32>(c);
  if (c < 0x80) return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');
  const auto type = u_charType(value);
  const bool mark = type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
  return u_isalnum(value) != 0 || mark || c == U'ー';
}

// A full stop inside a word or a number ends nothing.
bool ends_sentence(char32_t c, std::string_view rest) {
  if (c == U'。' || c == U'!' || c == U'?') return true;
  return c == U'.' && (rest.empty() || rest.front() == ' ' || rest.front() == '\n');
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<SignWord> sign_words(std::string_view folded) {
  std::vector<SignWord> words;
  std::size_t sentence = 0;
  bool open = false;
  for (std::string_view rest = folded; !rest.empty();) {
    const std::size_t at = folded.size() - rest.size();
    const char32_t c = take_code_point(rest).value_or(U' ');
    const std::size_t end = folded.size() - rest.size();
    const bool unspaced = is_unspaced(c);
    if (!is_word(c)) {
      open = false;
      if (ends_sentence(c, rest)) ++sentence;
    } else if (open && !unspaced) {
      words.back().text += folded.substr(at, end - at);
      words.back().range.end = end;
    } else {
      words.push_back({std::string(folded.substr(at, end - at)), {at, end}, sentence, unspaced});
      open = !unspaced;
    }
  }
  return words;
}

SignPattern::SignPattern(std::string_view pattern) {
  for (const std::string_view part : split(pattern, ' ')) {
    Alternatives& alternatives = parts_.emplace_back();
    if (part == "*") continue;
    for (std::string_view written : split(part, '|')) {
      Alternative& alternative = alternatives.emplace_back();
      alternative.stem = written.ends_with('-');
      for (SignWord& word : sign_words(written)) alternative.words.push_back(std::move(word.text));
      assert(!alternative.words.empty());
    }
  }
  assert(!parts_.front().empty() && !parts_.back().empty());
}

std::vector<std::string> SignPattern::first_words() const {
  std::vector<std::string> words;
  for (const Alternative& alternative : parts_.front()) {
    const bool stem = alternative.stem && alternative.words.size() == 1;
    words.push_back(stem ? std::string() : alternative.words.front());
  }
  return words;
}

std::optional<std::size_t> SignPattern::length_at(std::span<const SignWord> words) const {
  if (words.empty()) return std::nullopt;
  const auto end = std::ranges::find_if(
      words, [&](const SignWord& word) { return word.sentence != words.front().sentence; });
  return match(words.first(static_cast<std::size_t>(end - words.begin())), 0);
}

bool SignPattern::fits(const Alternative& alternative, std::span<const SignWord> words) {
  const std::size_t count = alternative.words.size();
  if (words.size() < count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const bool stem = alternative.stem && i + 1 == count;
    if (stem ? !words[i].text.starts_with(alternative.words[i])
             : words[i].text != alternative.words[i]) {
      return false;
    }
  }
  return true;
}

std::optional<std::size_t> SignPattern::match(std::span<const SignWord> words,
                                              std::size_t part) const {
  if (part == parts_.size()) return 0;
  if (!parts_[part].empty()) {
    for (const Alternative& alternative : parts_[part]) {
      if (!fits(alternative, words)) continue;
      const std::size_t count = alternative.words.size();
      if (const auto rest = match(words.subspan(count), part + 1)) return count + *rest;
    }
    return std::nullopt;
  }
  // A character counts for half a word.
  std::size_t halves = 0;
  for (std::size_t gap = 0; halves <= 2 * gap_words_max; ++gap) {
    if (const auto rest = match(words.subspan(gap), part + 1)) return gap + *rest;
    if (gap == words.size()) break;
    halves += words[gap].unspaced ? 1 : 2;
  }
  return std::nullopt;
}

}  // namespace seekd::policy
