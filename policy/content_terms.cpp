#include "policy/content_terms.h"

#include <algorithm>
#include <array>
#include <span>

#include "policy/words.h"

namespace seekd::policy {
namespace {

// Words of grammar and of asking, and those that say when and not what: a passage that answers need
// not hold them.
constexpr auto stop_words = [] {
  auto words = std::to_array<std::string_view>({
      "a",        "about",   "above",  "after",   "again",     "against", "all",  "also",
      "am",       "an",      "and",    "any",     "are",       "as",      "at",   "be",
      "because",  "been",    "before", "being",   "below",     "between", "both", "but",
      "by",       "can",     "could",  "current", "currently", "did",     "do",   "does",
      "doing",    "down",    "during", "each",    "ever",      "few",     "find", "for",
      "from",     "further", "get",    "give",    "had",       "has",     "have", "having",
      "he",       "her",     "here",   "hers",    "him",       "his",     "how",  "i",
      "if",       "in",      "into",   "is",      "it",        "its",     "just", "know",
      "latest",   "ll",      "many",   "may",     "me",        "might",   "more", "most",
      "much",     "must",    "my",     "name",    "newest",    "no",      "nor",  "not",
      "now",      "of",      "off",    "on",      "once",      "only",    "or",   "other",
      "our",      "ours",    "out",    "over",    "own",       "please",  "re",   "recent",
      "recently", "s",       "same",   "shall",   "she",       "should",  "so",   "some",
      "still",    "such",    "t",      "tell",    "than",      "that",    "the",  "their",
      "theirs",   "them",    "then",   "there",   "these",     "they",    "this", "those",
      "through",  "to",      "today",  "too",     "under",     "until",   "up",   "us",
      "ve",       "very",    "was",    "we",      "were",      "what",    "when", "where",
      "which",    "while",   "who",    "whom",    "whose",     "why",     "will", "with",
      "would",    "you",     "your",   "yours",
  });
  std::ranges::sort(words);
  return words;
}();

// Characters of Chinese grammar and of asking; a pair that holds one of them says little.
constexpr auto stop_characters = std::to_array<std::string_view>(
    {"的", "了", "是", "在", "和", "与", "吗", "呢", "吧", "啊", "我",
     "你", "他", "她", "它", "们", "这", "那", "哪", "什", "么", "谁",
     "几", "请", "问", "就", "都", "也", "很", "被", "把", "对"});

bool is_stop_word(std::string_view word) {
  return std::ranges::binary_search(stop_words, word);
}

bool is_stop_character(std::string_view character) {
  return std::ranges::find(stop_characters, character) != stop_characters.end();
}

std::string singular(std::string word) {
  const bool plural = word.size() > 3 && word.ends_with('s') && !word.ends_with("ss") &&
                      !word.ends_with("us") && !word.ends_with("is");
  if (plural) word.pop_back();
  return word;
}

// A run of single characters as overlapping pairs; a lone one stands for itself.
void add_pairs(std::span<const Word> run, std::vector<std::string>& terms) {
  if (run.size() == 1 && !is_stop_character(run[0].text)) terms.push_back(run[0].text);
  for (std::size_t i = 0; i + 1 < run.size(); ++i) {
    if (is_stop_character(run[i].text) || is_stop_character(run[i + 1].text)) continue;
    terms.push_back(run[i].text + run[i + 1].text);
  }
}

}  // namespace

std::vector<std::string> content_terms(std::string_view text) {
  std::vector<Word> words = words_of(text);
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t end = i;
    while (end < words.size() && words[end].script == Script::unspaced) ++end;
    add_pairs(std::span(words).subspan(i, end - i), terms);
    if (end == i) {
      if (!is_stop_word(words[i].text)) terms.push_back(singular(std::move(words[i].text)));
      ++end;
    }
    i = end;
  }
  std::ranges::sort(terms);
  const auto repeated = std::ranges::unique(terms);
  terms.erase(repeated.begin(), repeated.end());
  return terms;
}

}  // namespace seekd::policy
