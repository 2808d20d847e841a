#include "policy/question_terms.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "policy/ascii.h"

namespace seekd::policy {
namespace {

constexpr std::size_t run_words_max = 3;
constexpr std::string_view name_word = "<name>";

std::string_view kind_of(std::string_view word, int this_year) {
  const auto* const letters = std::ranges::find_if_not(word, is_digit);
  const auto digits = static_cast<std::size_t>(letters - word.begin());
  if (digits == 0) return word;
  if (digits == word.size()) {
    int number = 0;
    std::from_chars(word.begin(), word.begin() + std::min<std::size_t>(digits, 5), number);
    if (digits != 4 || number < 1000 || number > 2199) return "<number>";
    return number < this_year ? "<past year>" : "<coming year>";
  }
  const std::string_view ending = word.substr(digits);
  const bool ordinal = ending == "st" || ending == "nd" || ending == "rd" || ending == "th";
  return ordinal ? "<ordinal>" : word;
}

// Where nearly all words are capitalised, a capital tells no name.
bool tells_names(std::span<const Word> words) {
  return 4 * std::ranges::count(words, true, &Word::capitalised) <= 3 * std::ssize(words);
}

std::vector<std::string_view> as_kinds(std::span<const Word> words, int this_year) {
  const bool names = tells_names(words);
  std::vector<std::string_view> kinds{"^"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!names || i == 0 || !words[i].capitalised) {
      kinds.push_back(kind_of(words[i].text, this_year));
    } else if (kinds.back() != name_word) {
      kinds.push_back(name_word);
    }
  }
  kinds.emplace_back("$");
  return kinds;
}

}  // namespace

std::vector<std::string> question_terms(std::span<const Word> words, int this_year) {
  const std::vector<std::string_view> kinds = as_kinds(words, this_year);
  std::vector<std::string> terms;
  for (std::size_t begin = 0; begin < kinds.size(); ++begin) {
    std::string run;
    for (std::size_t i = begin; i < std::min(kinds.size(), begin + run_words_max); ++i) {
      if (!run.empty()) run += ' ';
      run += kinds[i];
      terms.push_back(run);
    }
  }
  std::ranges::sort(terms);
  const auto repeated = std::ranges::unique(terms);
  terms.erase(repeated.begin(), repeated.end());
  return terms;
}

}  // namespace seekd::policy
