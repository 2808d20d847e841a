#include "policy/number_run.h"

#include <algorithm>
#include <span>

#include "policy/ascii.h"

namespace seekd::policy {
namespace {

using Lengths = std::vector<std::size_t>;

// Where the next group begins behind the one that ends at `end`; npos: there is none.
std::size_t next_group(std::string_view text, std::size_t end) {
  constexpr std::string_view separators = " -./()";
  if (end >= text.size() || separators.find(text[end]) == separators.npos) return text.npos;
  std::size_t at = end + 1;
  const bool bracket = text[end] == ')' || (at < text.size() && text[at] == '(');
  if (bracket && at < text.size() && separators.find(text[at]) != separators.npos) ++at;
  return at < text.size() && is_digit(text[at]) ? at : text.npos;
}

// Of a mobile number in mainland China: 138 0013 8000.
bool is_chinese_mobile(std::string_view digits, const Lengths& lengths) {
  if (digits.size() != 11 || digits[0] != '1' || digits[1] < '3') return false;
  return lengths == Lengths{11} || lengths == Lengths{3, 4, 4} || lengths == Lengths{3, 8};
}

// 010-12345678, 0755-1234567
bool is_chinese_fixed(const WrittenNumber& number) {
  const Lengths& lengths = number.lengths;
  return lengths.size() == 2 && number.digits[0] == '0' && number.separators == "-" &&
         (lengths[0] == 3 || lengths[0] == 4) && (lengths[1] == 7 || lengths[1] == 8);
}

// (212) 555-0123, 1-212-555-0123
bool is_north_american(const WrittenNumber& number) {
  std::string_view digits = number.digits;
  std::string_view separators = number.separators;
  std::span<const std::size_t> lengths = number.lengths;
  if (lengths.size() == 4 && lengths[0] == 1 && digits[0] == '1') {
    digits.remove_prefix(1);
    separators.remove_prefix(1);
    lengths = lengths.subspan(1);
  }
  if (!std::ranges::equal(lengths, Lengths{3, 3, 4})) return false;
  if (digits[0] < '2' || digits[3] < '2') return false;
  return number.parenthesised || separators == "--" || separators == "..";
}

// 020 7946 0958, 06 12 34 56 78, 0171/1234567, 090-1234-5678: one separator throughout, but for the
// one behind the area's.
bool has_trunk_zero(const WrittenNumber& number) {
  const std::string& digits = number.digits;
  if (digits.size() < 9 || digits.size() > 11 || digits[0] != '0' || digits[1] == '0') return false;
  if (number.lengths.size() < 2 || number.lengths.front() < 2) return false;
  if (std::ranges::any_of(number.lengths, [](std::size_t length) { return length == 1; })) {
    return false;
  }
  const std::string_view rest = std::string_view(number.separators).substr(1);
  return rest.find_first_not_of(rest.substr(0, 1)) == rest.npos;
}

}  // namespace

NumberRun read_number_run(std::string_view text, std::size_t at) {
  NumberRun run;
  while (at != text.npos && run.groups.size() < run_groups_max) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    run.groups.push_back({at, end});
    at = next_group(text, end);
  }
  return run;
}

WrittenNumber written_number(std::string_view text, const NumberRun& run, std::size_t first,
                             std::size_t last) {
  WrittenNumber number;
  for (std::size_t i = first; i <= last; ++i) {
    const TextRange group = run.groups[i];
    number.digits += text.substr(group.begin, group.end - group.begin);
    number.lengths.push_back(group.end - group.begin);
    if (i > first) number.separators += text[run.groups[i - 1].end];
  }
  const std::size_t begin = run.groups[first].begin;
  const std::size_t end = run.groups[first].end;
  number.international = begin > 0 && text[begin - 1] == '+';
  number.parenthesised =
      begin > 0 && text[begin - 1] == '(' && end < text.size() && text[end] == ')';
  return number;
}

bool is_phone_number(const WrittenNumber& number) {
  const std::string_view digits = number.digits;
  if (number.international) return digits.size() >= 8 && digits.size() <= 15 && digits[0] != '0';
  if (digits.size() < 9 || digits.size() > 17 || is_written_date(number)) return false;
  if (digits.starts_with("00") && digits[2] != '0') {
    return digits.size() >= 11 && (number.lengths.size() > 1 || digits.size() <= 15);
  }
  if (is_chinese_mobile(digits, number.lengths)) return true;
  if (digits.starts_with("86") && digits.size() == 13) {
    const bool apart = number.lengths.front() == 2;
    const Lengths rest(number.lengths.begin() + (apart ? 1 : 0), number.lengths.end());
    if (rest == Lengths{13} || is_chinese_mobile(digits.substr(2), rest)) return true;
  }
  return is_chinese_fixed(number) || is_north_american(number) || has_trunk_zero(number);
}

bool is_written_date(const WrittenNumber& number) {
  const Lengths& lengths = number.lengths;
  const std::string_view digits = number.digits;
  const auto is_century = [](std::string_view two) { return two == "19" || two == "20"; };
  if (lengths.size() < 3)
    return lengths.size() == 1 && digits.size() == 8 && is_century(digits.substr(0, 2));
  if (lengths[0] == 4) return is_century(digits.substr(0, 2)) && lengths[1] <= 2 && lengths[2] <= 2;
  return lengths[0] <= 2 && lengths[1] <= 2 && lengths[2] == 4 &&
         is_century(digits.substr(lengths[0] + lengths[1], 2));
}

}  // namespace seekd::policy
