// The closed classes of words that citations treat apart: function words, negations, conditions,
// qualifiers, opposites, numerals; English and Chinese.
//
// Pure; any thread. Words are folded to lower case.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::daemon {

bool is_function_word(std::string_view word);
bool is_negation(std::string_view word);
bool is_condition(std::string_view word);
// Function words that limit what follows them: order in time and space, amount, doubt.
bool is_qualifier(std::string_view word);
// Begins a sentence that is about what the one before it names: "it", "this", 它.
bool is_back_reference(std::string_view token);
// Of a token as text_units.h makes them (stemmed, or one ideograph); what the list of pairs and the
// prefixes of negation ("un-", "in-") give.
std::vector<std::string> opposites_of(std::string_view token);
// "three" is "3"; "one" is no number here, it is a pronoun more often.
std::optional<std::string_view> number_of_word(std::string_view word);

bool is_function_ideograph(char32_t character);
bool is_negation_ideograph(char32_t character);
bool is_numeral_ideograph(char32_t character);
// 三百 is "300", 二〇二六 "2026", 三 "3". nullopt: no number, or one that is the article more often
// (一), or over 18 digits.
std::optional<std::string> number_of_numerals(std::u32string_view run);
// A run of ideographs that holds 如果, 除非 or their like.
bool holds_condition(std::u32string_view run);

}  // namespace seekd::daemon
