#include "policy/question_evidence.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "policy/ascii.h"
#include "policy/calendar_units.h"
#include "policy/question_rules.h"
#include "policy/utf8.h"

namespace seekd::policy {
namespace {

// Nothing said leaves it open; a model is rather trusted then than the web asked for everything.
constexpr double prior = -0.3;

void weigh_english(std::span<const Word> words, std::vector<Evidence>& evidence) {
  for (const PatternRule& rule : english_rules()) {
    if (!rule.pattern.occurs_in(words)) continue;
    evidence.push_back({rule.weight, rule.change_class, std::string(rule.reason)});
  }
  const auto superlative =
      std::ranges::find_if(words, [](const Word& w) { return is_superlative(w.text); });
  if (superlative != words.end()) {
    evidence.push_back(
        {1.2, ChangeClass::slow_changing, "superlative '" + superlative->text + "'"});
  }
}

// Kana tell Japanese from Chinese, whose characters it shares.
bool holds_kana(std::span<const Word> words) {
  return std::ranges::any_of(words, [](const Word& word) {
    std::string_view text = word.text;
    const std::optional<char32_t> c = take_code_point(text);
    return c && *c >= 0x3041 && *c <= 0x30FF;
  });
}

// 日本周辺 is not 本周.
bool occurs(std::string_view phrase, std::string_view text) {
  for (std::size_t at = text.find(phrase); at != text.npos; at = text.find(phrase, at + 1)) {
    if (!phrase.starts_with("本") || !text.substr(0, at).ends_with("日")) return true;
  }
  return false;
}

void weigh_phrases(std::string_view text, std::span<const PhraseRule> rules, std::string_view named,
                   std::vector<Evidence>& evidence) {
  for (const PhraseRule& rule : rules) {
    if (!occurs(rule.phrase, text)) continue;
    evidence.push_back({rule.weight, rule.change_class,
                        std::string(named) + " '" + std::string(rule.phrase) + "'"});
  }
}

void weigh_cjk(std::string_view text, std::span<const Word> words,
               std::vector<Evidence>& evidence) {
  if (std::ranges::none_of(words, [](const Word& w) { return w.script == Script::unspaced; })) {
    return;
  }
  if (holds_kana(words)) return weigh_phrases(text, japanese_rules(), "語句", evidence);
  weigh_phrases(text, chinese_rules(), "词", evidence);
}

// A number, an operator that no date or range is written with, a number.
bool holds_arithmetic(std::string_view text) {
  constexpr std::string_view spaces = " \t";
  for (std::size_t i = text.find_first_of("+*^="); i != text.npos;
       i = text.find_first_of("+*^=", i + 1)) {
    const std::size_t before = i == 0 ? text.npos : text.find_last_not_of(spaces, i - 1);
    const std::size_t after = text.find_first_not_of(spaces, i + 1);
    if (before != text.npos && is_digit(text[before]) && after != text.npos &&
        (is_digit(text[after]) || text[after] == '?')) {
      return true;
    }
  }
  return text.find("×") != text.npos || text.find("÷") != text.npos;
}

void weigh_form(std::string_view text, std::vector<Evidence>& evidence) {
  if (holds_arithmetic(text)) {
    evidence.push_back({-3, ChangeClass::never_changing, "arithmetic"});
  }
  if (text.find("```") != text.npos) {
    evidence.push_back({-2, ChangeClass::never_changing, "holds code"});
  }
}

std::optional<int> as_year(std::string_view word) {
  if (word.size() != 4 || !std::ranges::all_of(word, is_digit)) return std::nullopt;
  const int year =
      (word[0] - '0') * 1000 + (word[1] - '0') * 100 + (word[2] - '0') * 10 + (word[3] - '0');
  if (year < 1000 || year > 2199) return std::nullopt;
  return year;
}

// The latest year that the question names.
std::optional<int> year_named(std::span<const Word> words) {
  std::optional<int> latest;
  for (const Word& word : words) latest = std::max(latest, as_year(word.text));
  return latest;
}

void weigh_year(int named, int this_year, std::vector<Evidence>& evidence) {
  const std::string year = "year " + std::to_string(named);
  if (named >= this_year) {
    evidence.push_back({1.5, ChangeClass::fast_changing, year + " is not over"});
  } else {
    evidence.push_back({-1, ChangeClass::never_changing, year + " is over"});
  }
}

}  // namespace

std::vector<Evidence> evidence_of(std::string_view text, std::span<const Word> words,
                                  TimePoint now) {
  std::vector<Evidence> evidence;
  weigh_english(words, evidence);
  weigh_cjk(text, words, evidence);
  weigh_form(text, evidence);
  if (const auto year = year_named(words)) weigh_year(*year, year_of(now), evidence);
  std::ranges::stable_sort(evidence, std::ranges::greater{},
                           [](const Evidence& e) { return std::abs(e.weight); });
  return evidence;
}

EvidenceSum sum_of(std::span<const Evidence> evidence) {
  EvidenceSum sum{prior, ChangeClass::slow_changing};
  for (const Evidence& e : evidence) {
    sum.log_odds += e.weight;
    if (e.weight > 0) sum.fastest = std::max(sum.fastest, e.change_class);
  }
  return sum;
}

}  // namespace seekd::policy
