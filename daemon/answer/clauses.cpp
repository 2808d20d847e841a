#include "daemon/answer/clauses.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::daemon {
namespace {

using Texts = std::set<std::string>;

struct Clause {
  Texts values;  // numbers and dates
  Texts words;   // content, less the values
  Texts own;     // of the words, those that no other clause has
};

// Where the earliest of the separators stands from `at` on, and how long it is.
struct Separator {
  std::size_t at = std::string_view::npos;
  std::size_t size = 0;
};

Separator next_separator(std::string_view text, std::size_t from) {
  constexpr std::array<std::string_view, 13> separators{
      ", ", "; ", ". ", " and ", " but ", " while ", " whereas ",
      "，", "；", "。", "、",    "\n",    " | "};
  Separator first;
  for (const std::string_view separator : separators) {
    const std::size_t at = text.find(separator, from);
    if (at < first.at) first = {at, separator.size()};
  }
  return first;
}

Clause read_clause(std::string_view text) {
  const Statement statement = read_statement(text);
  Clause clause;
  for (const WrittenDate& date : statement.dates) clause.values.insert(to_text(date));
  clause.values.insert(statement.facts.numbers.begin(), statement.facts.numbers.end());
  for (const Token& token : statement.facts.sequence) {
    const bool content = token.kind != Token::Kind::function;
    if (content && !clause.values.contains(token.text)) clause.words.insert(token.text);
  }
  return clause;
}

// A date's own comma is none between clauses.
std::vector<Clause> split(const Statement& page) {
  const std::string_view text = page.text;
  std::vector<Clause> clauses;
  std::size_t begin = 0;
  std::size_t from = 0;
  while (from <= text.size()) {
    const Separator separator = next_separator(text, from);
    const std::size_t end = std::min(separator.at, text.size());
    const bool in_date = std::ranges::any_of(page.dates, [&](const WrittenDate& date) {
      return date.range.begin < end && end < date.range.end;
    });
    from = separator.at == std::string_view::npos ? text.size() + 1 : end + separator.size;
    if (in_date) continue;
    clauses.push_back(read_clause(text.substr(begin, end - begin)));
    begin = std::min(from, text.size());
  }
  for (Clause& clause : clauses) {
    std::ranges::copy_if(
        clause.words, std::inserter(clause.own, clause.own.end()), [&](const std::string& word) {
          return std::ranges::count_if(
                     clauses, [&](const Clause& other) { return other.words.contains(word); }) == 1;
        });
  }
  return clauses;
}

bool meet(const Texts& a, const Texts& b) {
  return std::ranges::any_of(a, [&](const std::string& text) { return b.contains(text); });
}

// The sentence has a value of clause `here`, and words of clause `there`, which has another value.
bool mixes(const Clause& said, const Clause& here, const Clause& there, bool there_is_later) {
  if (there.values.empty() || meet(there.values, said.values)) return false;
  if (!meet(there.own, said.words)) return false;
  if (there_is_later) return true;
  const bool drops_subject = !here.own.empty() && !meet(here.own, said.words);
  return drops_subject || meet(here.words, there.words);
}

// The sentence joins values of clauses that each pair them with others: "4.1 … on 14 March" of "4.1
// on 3 May and 4.2 on 14 March".
bool parts_pairs(const Clause& said, std::span<const Clause> clauses) {
  const auto holds_all = [&](const Clause& clause) {
    return std::ranges::includes(clause.values, said.values);
  };
  if (std::ranges::any_of(clauses, holds_all)) return false;
  return std::ranges::count_if(clauses, [&](const Clause& clause) {
           return meet(clause.values, said.values) &&
                  !std::ranges::includes(said.values, clause.values);
         }) > 1;
}

}  // namespace

bool keeps_clauses(const Statement& sentence, const Statement& page) {
  const Clause said = read_clause(sentence.text);
  if (said.values.empty()) return true;
  const std::vector<Clause> clauses = split(page);
  if (parts_pairs(said, clauses)) return false;
  for (const std::string& value : said.values) {
    const auto has = [&](const Clause& clause) { return clause.values.contains(value); };
    if (std::ranges::count_if(clauses, has) != 1) continue;
    const auto here =
        static_cast<std::size_t>(std::ranges::find_if(clauses, has) - clauses.begin());
    for (std::size_t there = 0; there < clauses.size(); ++there) {
      if (there == here) continue;
      if (mixes(said, clauses[here], clauses[there], there > here)) return false;
    }
  }
  return true;
}

}  // namespace seekd::daemon
