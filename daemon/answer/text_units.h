// Text as citations compare it: sentences, content words, and the facts that a paraphrase may not
// change.
//
// Pure; any thread. Text is UTF-8; what is not is read as U+FFFD. Sentences are those of UAX #29
// (ICU, with its list of English abbreviations); words of Chinese, Japanese and Korean script are
// compared by bigrams.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace seekd::daemon {

struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;  // one past

  bool operator==(const ByteRange&) const = default;
};

// Ranges without the white space around them; empty sentences are left out.
std::vector<ByteRange> split_sentences(std::string_view text);

struct TextFacts {
  std::vector<std::string> terms;           // content words, folded, in order, repeated as they are
  std::unordered_set<std::string> words;    // all words, folded, function words included
  std::unordered_set<char32_t> ideographs;  // characters of CJK words
  std::vector<std::pair<char32_t, char32_t>>
      ideograph_pairs;  // neighbours, function characters left out
  std::vector<std::string>
      numbers;  // "12.1", "2026", "三百", "three"; thousands separators left out
  std::vector<std::string> quotes;  // what stands in quotation marks or backticks
  std::vector<std::string> names;   // capitalised words, folded
  std::vector<std::string>
      literals;  // words with '/', '_' or '.' inside, as written: paths, identifiers
  bool negated = false;
};

TextFacts read_facts(std::string_view text);

// Unicode code points: what Python and OpenAI's clients index a string by.
std::size_t count_code_points(std::string_view text);

}  // namespace seekd::daemon
