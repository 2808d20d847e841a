// Text as citations compare it: sentences, content words, and the facts that a paraphrase may not
// change.
//
// Pure; any thread. Text is UTF-8; what is not is read as U+FFFD. Sentences are those of UAX #29
// (ICU, with its list of English abbreviations). Chinese, Japanese and Korean script is not parted
// into words: searches compare its bigrams, citations its characters.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace seekd::daemon {

struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;  // one past

  bool operator==(const ByteRange&) const = default;
};

// Ranges without the white space around them; empty sentences are left out.
std::vector<ByteRange> split_sentences(std::string_view text);

// A word, folded and without its inflection, or one ideograph.
struct Token {
  enum class Kind : std::uint8_t {
    content,
    ideograph,  // that is content
    function,   // of either script
  };
  std::string text;
  Kind kind = Kind::content;
};

// A word that limits what follows it ("before", "may", "not") and the content tokens that it
// limits.
struct Binding {
  std::string word;               // negation_word for every negation
  std::vector<std::string> next;  // at most binding_reach
};
inline constexpr std::size_t binding_reach = 4;
inline constexpr std::string_view negation_word = "not";

struct TextFacts {
  std::vector<std::string> terms;  // content words, folded, in order, repeated as they are; CJK
                                   // words by bigrams
  std::vector<Token> sequence;     // all words, in order
  std::vector<Binding> bindings;
  std::unordered_set<std::string> words;    // all words, folded, function words included
  std::unordered_set<char32_t> ideographs;  // characters of CJK words
  std::vector<std::string> numbers;  // "12.1", "-5", "300" of 三百, "3" of "three", "5million",
                                     // "2:31"; thousands separators left out
  std::vector<std::string> quotes;   // what stands in quotation marks or backticks
  std::vector<std::string>
      literals;  // words with '/', '_' or '.' inside, as written: paths, identifiers
  bool negated = false;
  bool conditional = false;  // it holds under a condition: "if", "unless", "除非"
};

TextFacts read_facts(std::string_view text);

// Unicode code points: what Python and OpenAI's clients index a string by.
std::size_t count_code_points(std::string_view text);

}  // namespace seekd::daemon
