#include "daemon/answer/claims.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "daemon/answer/clauses.h"
#include "daemon/answer/word_lists.h"

namespace seekd::daemon {
namespace {

using WordSet = std::unordered_set<std::string>;
using Tokens = std::vector<std::string_view>;

// Of a sentence's neighbouring ideographs, the share that the page has as neighbours too: a clause
// that is left out joins new ones.
constexpr double couples_share_min = 0.7;
// Of a sentence's content tokens, the share that the page has in the same order: "on 14 March
// Kestrel was released" is the same half twice, and "Bob beat Alice" is not "Alice beat Bob".
constexpr double ordered_share_min = 0.5;

Tokens content_of(const TextFacts& facts) {
  Tokens content;
  for (const Token& token : facts.sequence) {
    if (token.kind != Token::Kind::function) content.emplace_back(token.text);
  }
  return content;
}

std::vector<std::string> couples_of(const TextFacts& facts) {
  std::vector<std::string> couples;
  const Token* before = nullptr;
  for (const Token& token : facts.sequence) {
    if (token.kind == Token::Kind::function) continue;
    const bool ideograph = token.kind == Token::Kind::ideograph;
    if (ideograph && before != nullptr) couples.push_back(before->text + token.text);
    before = ideograph ? &token : nullptr;
  }
  return couples;
}

// Longest common subsequence (Wagner and Fischer 1974), two rows.
std::size_t common_in_order(const Tokens& a, const Tokens& b) {
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (const std::string_view token : a) {
    for (std::size_t at = 0; at < b.size(); ++at) {
      row[at + 1] = token == b[at] ? above[at] + 1 : std::max(above[at + 1], row[at]);
    }
    std::swap(above, row);
  }
  return above.back();
}

bool keeps_order(const TextFacts& sentence, const TextFacts& page) {
  const Tokens wanted = content_of(sentence);
  const auto common = static_cast<double>(common_in_order(wanted, content_of(page)));
  return common >= ordered_share_min * static_cast<double>(wanted.size());
}

bool holds_couples(const TextFacts& sentence, const Statement& page) {
  const std::vector<std::string> couples = couples_of(sentence);
  const auto held = std::ranges::count_if(
      couples, [&](const auto& couple) { return page.ideograph_couples.contains(couple); });
  return static_cast<double>(held) >= couples_share_min * static_cast<double>(couples.size());
}

// "not supported" is bound to what follows: the page may deny another thing in the same breath.
bool binds_alike(const Binding& sentence, const Binding& page) {
  if (sentence.word != page.word) return false;
  if (sentence.next.empty()) return true;
  if (sentence.word != negation_word) {
    return std::ranges::find(page.next, sentence.next.front()) != page.next.end();
  }
  const std::size_t shared = std::min(sentence.next.size(), page.next.size());
  return shared > 0 && std::ranges::equal(std::span(sentence.next).first(shared),
                                          std::span(page.next).first(shared));
}

bool keeps_bindings(const TextFacts& sentence, const Statement& page) {
  const std::vector<Binding>& said = page.facts.bindings;
  const bool invents_none = std::ranges::all_of(sentence.bindings, [&](const Binding& binding) {
    return std::ranges::any_of(said,
                               [&](const Binding& other) { return binds_alike(binding, other); });
  });
  // "may crash" is not "crashes"; what a page limits in a part that is left out is no matter.
  const auto drops = [&](const Binding& binding) {
    const auto speaks_of = [&](const Token& token) { return token.text == binding.next.front(); };
    return !binding.next.empty() && !sentence.words.contains(binding.word) &&
           binding.word != negation_word && std::ranges::any_of(sentence.sequence, speaks_of);
  };
  return invents_none && std::ranges::none_of(said, drops);
}

// The content tokens before each `word`, "" at the beginning.
WordSet before_each(const TextFacts& facts, std::string_view word) {
  WordSet before;
  std::string last;
  for (const Token& token : facts.sequence) {
    if (token.text == word) before.insert(last);
    if (token.kind != Token::Kind::function) last = token.text;
  }
  return before;
}

// The page names two opposites, the sentence one of them: it must be said of the same thing.
bool takes_right_opposite(const TextFacts& sentence, const Statement& page, std::string_view word) {
  const WordSet in_page = before_each(page.facts, word);
  return std::ranges::all_of(before_each(sentence, word),
                             [&](const auto& before) { return in_page.contains(before); });
}

bool keeps_opposites(const TextFacts& sentence, const Statement& page) {
  const auto said = [](const TextFacts& facts, std::string_view word) {
    return std::ranges::find(facts.sequence, word, &Token::text) != facts.sequence.end();
  };
  return std::ranges::all_of(sentence.sequence, [&](const Token& token) {
    return std::ranges::all_of(opposites_of(token.text), [&](const std::string& opposite) {
      if (!said(page.facts, opposite) || said(sentence, opposite)) return true;
      return said(page.facts, token.text) && takes_right_opposite(sentence, page, token.text);
    });
  });
}

// "On 14 March" stands for 14 March 2026 where the page names the year beside it.
bool says_date(const Statement& page, const WrittenDate& claimed) {
  return std::ranges::any_of(page.dates, [&](WrittenDate said) {
    const bool beside = said.year == 0 && page.numbers.contains(std::to_string(claimed.year));
    if (beside) said.year = claimed.year;
    return covers(said, claimed);
  });
}

bool invents_nothing(const Statement& claim, const Statement& page, const WordSet& names) {
  const TextFacts& sentence = claim.facts;
  const auto in_text = [&](const std::string& part) { return page.text.contains(part); };
  const auto is_said = [&](const Token& token) {
    return token.kind == Token::Kind::function || page.tokens.contains(token.text) ||
           names.contains(token.text);
  };
  return std::ranges::all_of(sentence.sequence, is_said) &&
         std::ranges::all_of(sentence.numbers,
                             [&](const auto& number) { return page.numbers.contains(number); }) &&
         std::ranges::all_of(claim.dates,
                             [&](const auto& date) { return says_date(page, date); }) &&
         std::ranges::all_of(sentence.quotes, in_text) &&
         std::ranges::all_of(sentence.literals, in_text);
}

void add_parts(const WrittenDate& date, Statement& statement) {
  std::vector<std::string>& terms = statement.facts.terms;
  if (date.year != 0) {
    const std::string year = std::to_string(date.year);
    terms.push_back(year);
    // Whoever says the day has said the year.
    statement.numbers.insert(year);
    statement.tokens.insert(year);
  }
  if (date.month != 0) terms.push_back("month " + std::to_string(date.month));
  if (date.day != 0) terms.push_back("day " + std::to_string(date.day));
}

}  // namespace

Statement read_statement(std::string_view text) {
  Statement statement;
  statement.text = text;
  statement.dates = read_dates(text);
  statement.facts = read_facts(without_dates(text, statement.dates));
  for (const WrittenDate& date : statement.dates) add_parts(date, statement);
  const TextFacts& facts = statement.facts;
  statement.numbers.insert(facts.numbers.begin(), facts.numbers.end());
  for (const Token& token : facts.sequence) {
    if (token.kind != Token::Kind::function) statement.tokens.insert(token.text);
  }
  for (std::string& couple : couples_of(facts)) {
    statement.ideograph_couples.insert(std::move(couple));
  }
  return statement;
}

bool says(const Statement& page, const WordSet& names, const Statement& sentence) {
  const TextFacts& claim = sentence.facts;
  return claim.negated == page.facts.negated && claim.conditional == page.facts.conditional &&
         invents_nothing(sentence, page, names) && holds_couples(claim, page) &&
         keeps_bindings(claim, page) && keeps_opposites(claim, page) &&
         keeps_order(claim, page.facts) && keeps_clauses(sentence, page);
}

}  // namespace seekd::daemon
