// The closed classes of words that citations treat apart: function words, negations, numerals;
// English and Chinese.
//
// Pure; any thread. Words are folded to lower case.

#pragma once

#include <optional>
#include <string_view>

namespace seekd::daemon {

bool is_function_word(std::string_view word);
bool is_negation(std::string_view word);
// "three" is "3"; "one" is no number here, it is a pronoun more often.
std::optional<std::string_view> number_of_word(std::string_view word);

bool is_function_ideograph(char32_t character);
bool is_negation_ideograph(char32_t character);
bool is_numeral_ideograph(char32_t character);

}  // namespace seekd::daemon
