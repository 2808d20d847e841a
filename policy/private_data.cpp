#include "policy/private_data.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>

#include "policy/ascii.h"
#include "policy/folded_text.h"
#include "policy/number_run.h"
#include "policy/private_keys.h"
#include "policy/private_numbers.h"

namespace seekd::policy {
namespace {

using Spans = std::vector<PrivateSpan>;

constexpr std::size_t naming_bytes = 32;  // before a number, in which a word says what it is

constexpr std::array<std::string_view, 20> phone_words = {
    "phone", "tel",   "tel.",    "mobile",    "call",     "fax",    "whatsapp",
    "sms",   "電話",  "携帯",    "电话",      "手机",     "手機",   "联系方式",
    "handy", "móvil", "telefon", "téléphone", "teléfono", "телефон"};
constexpr std::array<std::string_view, 9> id_words = {"passport",
                                                      "护照",
                                                      "護照",
                                                      "身份证",
                                                      "身份證",
                                                      "ssn",
                                                      "social security",
                                                      "driving licence",
                                                      "driver's license"};

bool is_alnum(char c) {
  return is_digit(c) || is_letter(c);
}
std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

// Does one of the words stand shortly before `at`, with no digit between?
bool named(std::string_view text, std::size_t at, std::span<const std::string_view> words) {
  const std::size_t begin = at - std::min(at, naming_bytes);
  const std::string before = lowered(text.substr(begin, at - begin));
  return std::ranges::any_of(words, [&](std::string_view word) {
    const std::size_t found = before.rfind(word);
    if (found == before.npos) return false;
    const std::string_view behind = std::string_view(before).substr(found + word.size());
    const bool whole = !is_ascii(word.front()) || ((found == 0 || !is_letter(before[found - 1])) &&
                                                   (behind.empty() || !is_letter(behind.front())));
    return whole && std::ranges::none_of(behind, is_digit);
  });
}

// What goes on to its left or right is part of a longer thing: a URL, a name, a decimal number.
bool begins_number(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  if (is_alnum(before)) return false;
  const bool joins = std::string_view("-./_,+:=&?#%").find(before) != std::string_view::npos;
  return !joins || at == 1 || !is_alnum(text[at - 2]) || before == ':' || before == '=' ||
         before == ',';
}

bool ends_number(std::string_view text, std::size_t end) {
  if (end >= text.size()) return true;
  if (is_alnum(text[end]) || text[end] == '_') return false;
  const bool joins = std::string_view("-./,:").find(text[end]) != std::string_view::npos;
  return !joins || end + 1 >= text.size() || !is_alnum(text[end + 1]);
}

bool is_id_number(std::string_view text, std::size_t begin, const WrittenNumber& number) {
  const std::vector<std::size_t>& lengths = number.lengths;
  const std::string_view digits = number.digits;
  if (is_resident_id(digits)) return true;
  if (lengths == std::vector<std::size_t>{3, 2, 4} && number.separators == "--") {
    return !digits.starts_with("000") && !digits.starts_with("666") && digits[0] != '9' &&
           digits.substr(3, 2) != "00" && !digits.ends_with("0000");
  }
  if (lengths == std::vector<std::size_t>{3, 3, 3, 2} && is_cpf(digits)) return true;
  return digits.size() >= 7 && digits.size() <= 18 && !is_written_date(number) &&
         named(text, begin, id_words);
}

// In one, or in the groups that stand on a card: a row of a table's numbers is none.
bool is_written_card(const WrittenNumber& number) {
  const std::vector<std::size_t>& lengths = number.lengths;
  const bool grouped =
      lengths.size() >= 3 && lengths[0] == 4 && (lengths[1] == 4 || lengths[1] == 6);
  return (lengths.size() == 1 || grouped) && is_card_number(number.digits);
}

std::optional<PrivateKind> judge_number(std::string_view text, std::size_t begin,
                                        const WrittenNumber& number) {
  if (is_written_card(number)) return PrivateKind::card;
  if (is_id_number(text, begin, number)) return PrivateKind::id;
  if (is_phone_number(number)) return PrivateKind::phone;
  const bool likely = std::ranges::max(number.lengths) >= 3 && number.digits.size() >= 6 &&
                      number.digits.size() <= 15 && !is_written_date(number) &&
                      named(text, begin, phone_words);
  return likely ? std::optional(PrivateKind::phone) : std::nullopt;
}

// Of the numbers that the run's groups can stand for, the longest that begins first.
std::optional<PrivateSpan> find_in_run(std::string_view text, const NumberRun& run) {
  for (std::size_t first = 0; first < run.groups.size(); ++first) {
    const std::size_t begin = run.groups[first].begin;
    if (!begins_number(text, begin)) continue;
    for (std::size_t last = run.groups.size(); last-- > first;) {
      std::size_t end = run.groups[last].end;
      WrittenNumber number = written_number(text, run, first, last);
      // The check character of a resident's number may be an X.
      if (end < text.size() && (text[end] == 'X' || text[end] == 'x') &&
          number.digits.size() == 17) {
        number.digits += 'X';
        ++end;
      }
      if (!ends_number(text, end)) continue;
      const auto kind = judge_number(text, begin, number);
      const bool sign = number.international || number.parenthesised;
      if (kind) return PrivateSpan{*kind, begin - (sign ? 1 : 0), end};
    }
  }
  return std::nullopt;
}

void find_numbers(std::string_view text, Spans& spans) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const NumberRun run = read_number_run(text, at);
    const auto found = find_in_run(text, run);
    if (found) spans.push_back(*found);
    at = found ? found->end : run.groups.back().end;
  }
}

// Capital letters and digits behind the word "passport", such as E12345678.
void find_lettered_ids(std::string_view text, Spans& spans) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (!is_letter(text[at]) || (at > 0 && is_alnum(text[at - 1]))) continue;
    std::size_t end = at;
    while (end < text.size() && is_alnum(text[end])) ++end;
    const std::string_view token = text.substr(at, end - at);
    const auto digits = std::ranges::count_if(token, is_digit);
    if (token.size() >= 7 && token.size() <= 12 && digits >= 6 && named(text, at, id_words)) {
      spans.push_back({PrivateKind::id, at, end});
    }
    at = end;
  }
}

// Where an account's characters end that begin at `at`, in groups of four or in one; they are
// appended to `characters`.
std::size_t read_account(std::string_view text, std::size_t at, std::string& characters) {
  constexpr std::size_t account_max = 34;
  std::size_t end = at;
  while (end < text.size() && characters.size() < account_max) {
    const bool gap = text[end] == ' ' && characters.size() % 4 == 0;
    if (gap && end + 1 < text.size() && is_alnum(text[end + 1])) ++end;
    if (!is_digit(text[end]) && !(text[end] >= 'A' && text[end] <= 'Z')) break;
    characters += text[end++];
  }
  return end;
}

void find_accounts(std::string_view text, Spans& spans) {
  constexpr std::size_t account_min = 15;
  for (std::size_t at = 0; at + account_min <= text.size(); ++at) {
    if ((at > 0 && is_alnum(text[at - 1])) || !is_letter(text[at]) || !is_digit(text[at + 2])) {
      continue;
    }
    std::string characters;
    std::size_t end = read_account(text, at, characters);
    // A word in capitals may stand behind it.
    while (characters.size() >= account_min && !is_iban(characters)) {
      characters.pop_back();
      --end;
      if (end > at && text[end - 1] == ' ') --end;
    }
    if (characters.size() < account_min) continue;
    spans.push_back({PrivateKind::account, at, end});
    at = end;
  }
}

void find_emails(std::string_view text, Spans& spans) {
  const auto is_local = [](char c) {
    return is_alnum(c) || std::string_view("._%+-").find(c) != std::string_view::npos;
  };
  const auto is_domain = [](char c) { return is_alnum(c) || c == '-' || c == '.'; };
  std::size_t before = 0;
  for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > before && is_local(text[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < text.size() && is_domain(text[end])) ++end;
    while (end > at + 1 && !is_alnum(text[end - 1])) --end;
    const std::string_view domain = text.substr(at + 1, end - at - 1);
    const std::size_t dot = domain.rfind('.');
    before = at + 1;
    if (begin == at || dot == domain.npos || dot == 0 || domain.size() - dot < 3) continue;
    if (!std::ranges::all_of(domain.substr(dot + 1), is_letter)) continue;
    spans.push_back({PrivateKind::email, begin, end});
    before = end;
  }
}

void find_words(std::string_view text, const std::vector<std::string>& words, Spans& spans) {
  for (const std::string& written : words) {
    const std::string word = fold_text(written, Letters::case_folded).text;
    if (word.empty()) continue;
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool begins = at == 0 || !is_alnum(text[at - 1]) || !is_alnum(word.front());
      const bool ends = end == text.size() || !is_alnum(text[end]) || !is_alnum(word.back());
      if (begins && ends) spans.push_back({PrivateKind::word, at, end});
    }
  }
}

Spans find_all(std::string_view folded) {
  Spans spans;
  for (const TextRange key : find_keys(folded)) {
    spans.push_back({PrivateKind::key, key.begin, key.end});
  }
  find_emails(folded, spans);
  find_accounts(folded, spans);
  find_lettered_ids(folded, spans);
  find_numbers(folded, spans);
  return spans;
}

void map_back(Spans& spans, const FoldedText& folded) {
  for (PrivateSpan& span : spans) {
    const TextRange range = folded.original({span.begin, span.end});
    span = {span.kind, range.begin, range.end};
  }
}

// Of two that overlap the first is widened to cover both.
Spans without_overlaps(Spans spans) {
  std::ranges::stable_sort(spans, {}, &PrivateSpan::begin);
  Spans apart;
  for (const PrivateSpan& span : spans) {
    if (!apart.empty() && span.begin < apart.back().end) {
      apart.back().end = std::max(apart.back().end, span.end);
    } else {
      apart.push_back(span);
    }
  }
  return apart;
}

}  // namespace

std::string_view to_string(PrivateKind kind) {
  switch (kind) {
    case PrivateKind::phone:
      return "phone";
    case PrivateKind::id:
      return "id";
    case PrivateKind::card:
      return "card";
    case PrivateKind::account:
      return "account";
    case PrivateKind::email:
      return "email";
    case PrivateKind::key:
      return "key";
    case PrivateKind::word:
      break;
  }
  return "word";
}

std::vector<PrivateSpan> find_private(std::string_view text, const MaskingPolicy& policy) {
  const FoldedText as_written = fold_text(text, Letters::as_written);
  Spans spans = find_all(as_written.text);
  map_back(spans, as_written);
  std::erase_if(spans, [&](const PrivateSpan& span) {
    return std::ranges::find(policy.mask, span.kind) == policy.mask.end();
  });
  if (!policy.words.empty()) {
    const FoldedText folded = fold_text(text, Letters::case_folded);
    Spans words;
    find_words(folded.text, policy.words, words);
    map_back(words, folded);
    spans.insert(spans.end(), words.begin(), words.end());
  }
  return without_overlaps(std::move(spans));
}

}  // namespace seekd::policy
