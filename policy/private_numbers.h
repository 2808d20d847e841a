// Numbers that stand for a person or an account, told from other numbers by their own check digits.
//
// Pure; any thread. The digits stand alone: without spaces or dashes.

#pragma once

#include <string_view>

namespace seekd::policy {

// A payment card: a scheme's prefix and length, and the check digit of ISO/IEC 7812-1 (Luhn).
bool is_card_number(std::string_view digits);

// A Chinese resident's number of 18 characters, the last a digit or 'X': province, date of birth
// and the check character of GB 11643-1999 (ISO 7064, MOD 11-2).
bool is_resident_id(std::string_view digits);

// A Brazilian CPF of eleven digits with its two check digits.
bool is_cpf(std::string_view digits);

// A bank account in the form of ISO 13616: capital letters and digits, MOD 97-10.
bool is_iban(std::string_view characters);

}  // namespace seekd::policy
