// Numbers as people write them: groups of digits with single separators between them.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/folded_text.h"

namespace seekd::policy {

struct NumberRun {
  std::vector<TextRange> groups;  // of digits, in the order of the text
};

inline constexpr std::size_t run_groups_max = 12;

// The run whose first digit stands at `at`; separators are a space, '-', '.', '/', '(' and ')', two
// of them where a parenthesis closes or opens. REQUIRES: a digit stands there.
NumberRun read_number_run(std::string_view text, std::size_t at);

// Some groups of a run, next to each other, as one number.
struct WrittenNumber {
  std::string digits;
  std::vector<std::size_t> lengths;  // of the groups
  std::string separators;            // the first between each two groups
  bool international = false;        // '+' stands before it
  bool parenthesised = false;        // its first group stands in parentheses
};
WrittenNumber written_number(std::string_view text, const NumberRun& run, std::size_t first,
                             std::size_t last);

// E.164, or a national form that little else is written in: Chinese mobile and fixed, North
// American, and numbers with a trunk zero in groups.
bool is_phone_number(const WrittenNumber& number);

// A date, which has as many digits as a short phone number.
bool is_written_date(const WrittenNumber& number);

}  // namespace seekd::policy
