#include "daemon/answer/word_lists.h"

#include <algorithm>
#include <array>
#include <utility>

namespace seekd::daemon {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array function_words{
    "a"sv,      "about"sv,  "above"sv, "after"sv,   "again"sv,   "all"sv,   "also"sv,  "am"sv,
    "an"sv,     "and"sv,    "any"sv,   "are"sv,     "as"sv,      "at"sv,    "be"sv,    "because"sv,
    "been"sv,   "before"sv, "being"sv, "below"sv,   "between"sv, "both"sv,  "but"sv,   "by"sv,
    "can"sv,    "could"sv,  "did"sv,   "do"sv,      "does"sv,    "doing"sv, "down"sv,  "during"sv,
    "each"sv,   "few"sv,    "for"sv,   "from"sv,    "further"sv, "had"sv,   "has"sv,   "have"sv,
    "having"sv, "he"sv,     "her"sv,   "here"sv,    "him"sv,     "his"sv,   "how"sv,   "however"sv,
    "i"sv,      "if"sv,     "in"sv,    "into"sv,    "is"sv,      "it"sv,    "its"sv,   "just"sv,
    "may"sv,    "me"sv,     "might"sv, "more"sv,    "most"sv,    "must"sv,  "my"sv,    "of"sv,
    "off"sv,    "on"sv,     "one"sv,   "only"sv,    "or"sv,      "other"sv, "our"sv,   "out"sv,
    "over"sv,   "own"sv,    "same"sv,  "she"sv,     "should"sv,  "so"sv,    "some"sv,  "such"sv,
    "than"sv,   "that"sv,   "the"sv,   "their"sv,   "them"sv,    "then"sv,  "there"sv, "these"sv,
    "they"sv,   "this"sv,   "those"sv, "through"sv, "to"sv,      "too"sv,   "under"sv, "until"sv,
    "up"sv,     "very"sv,   "was"sv,   "we"sv,      "were"sv,    "what"sv,  "when"sv,  "where"sv,
    "which"sv,  "while"sv,  "who"sv,   "whom"sv,    "whose"sv,   "why"sv,   "will"sv,  "with"sv,
    "would"sv,  "yes"sv,    "you"sv,   "your"sv,
};
static_assert(std::ranges::is_sorted(function_words));

constexpr std::array negations{"cannot"sv, "neither"sv, "never"sv, "no"sv,
                               "none"sv,   "nor"sv,     "not"sv,   "without"sv};

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> number_words{
    {{"two", "2"},
     {"three", "3"},
     {"four", "4"},
     {"five", "5"},
     {"six", "6"},
     {"seven", "7"},
     {"eight", "8"},
     {"nine", "9"},
     {"ten", "10"},
     {"eleven", "11"},
     {"twelve", "12"},
     {"hundred", "hundred"},
     {"thousand", "thousand"},
     {"million", "million"},
     {"billion", "billion"}}};

constexpr std::u32string_view function_ideographs =
    U"的了是在和与及或也都就而之其这那有为于个一以着过地得";
constexpr std::u32string_view negation_ideographs = U"不没未非无";
constexpr std::u32string_view numeral_ideographs = U"〇零一二三四五六七八九十百千万亿两";

}  // namespace

bool is_function_word(std::string_view word) {
  return std::ranges::binary_search(function_words, word);
}

bool is_negation(std::string_view word) {
  return std::ranges::find(negations, word) != negations.end();
}

std::optional<std::string_view> number_of_word(std::string_view word) {
  for (const auto& [name, number] : number_words) {
    if (name == word) return number;
  }
  return std::nullopt;
}

bool is_function_ideograph(char32_t character) {
  return function_ideographs.contains(character);
}

bool is_negation_ideograph(char32_t character) {
  return negation_ideographs.contains(character);
}

bool is_numeral_ideograph(char32_t character) {
  return numeral_ideographs.contains(character);
}

}  // namespace seekd::daemon
