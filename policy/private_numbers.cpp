#include "policy/private_numbers.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "policy/ascii.h"

namespace seekd::policy {
namespace {

int value_of(char digit) {
  return digit - '0';
}

int number_in(std::string_view digits, std::size_t begin, std::size_t count) {
  int number = 0;
  for (const char digit : digits.substr(begin, count)) number = number * 10 + value_of(digit);
  return number;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, is_digit);
}

bool all_alike(std::string_view digits) {
  return std::ranges::all_of(digits, [&](char digit) { return digit == digits.front(); });
}

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int value = value_of(digits[digits.size() - 1 - i]);
    const int doubled = value * 2;
    sum += i % 2 == 0 ? value : doubled / 10 + doubled % 10;
  }
  return sum % 10 == 0;
}

// Of the schemes in use: the first four digits, from and to, and how many there are in all.
struct CardScheme {
  int first;
  int last;
  std::size_t length_min;
  std::size_t length_max;
};
constexpr std::array card_schemes{
    CardScheme{2200, 2204, 16, 19},  // Mir
    CardScheme{2221, 2720, 16, 16},  // Mastercard
    CardScheme{3000, 3059, 14, 19},  // Diners Club
    CardScheme{3400, 3499, 15, 15},  // American Express
    CardScheme{3528, 3589, 16, 19},  // JCB
    CardScheme{3600, 3699, 14, 19},  // Diners Club
    CardScheme{3700, 3799, 15, 15},  // American Express
    CardScheme{3800, 3999, 14, 19},  // Diners Club
    CardScheme{4000, 4999, 13, 19},  // Visa
    CardScheme{5000, 5099, 16, 19},  // Maestro, Elo
    CardScheme{5100, 5599, 16, 16},  // Mastercard
    CardScheme{5600, 5899, 16, 19},  // Maestro
    CardScheme{6011, 6011, 16, 19},  // Discover
    CardScheme{6200, 6299, 16, 19},  // UnionPay
    CardScheme{6304, 6304, 16, 19},  // Maestro
    CardScheme{6440, 6599, 16, 19},  // Discover, RuPay
    CardScheme{6759, 6763, 16, 19},  // Maestro
    CardScheme{8100, 8199, 16, 19},  // UnionPay, RuPay
};

bool is_date(int year, int month, int day) {
  constexpr std::array<int, 12> days = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1880 || year > 2099 || month < 1 || month > 12 || day < 1) return false;
  return day <= days[static_cast<std::size_t>(month - 1)];
}

int cpf_check_digit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    sum += value_of(digits[i]) * static_cast<int>(digits.size() + 1 - i);
  }
  return sum * 10 % 11 % 10;
}

}  // namespace

bool is_card_number(std::string_view digits) {
  if (digits.size() < 13 || !all_digits(digits)) return false;
  const int prefix = number_in(digits, 0, 4);
  const bool known = std::ranges::any_of(card_schemes, [&](const CardScheme& scheme) {
    return prefix >= scheme.first && prefix <= scheme.last && digits.size() >= scheme.length_min &&
           digits.size() <= scheme.length_max;
  });
  return known && !all_alike(digits) && passes_luhn(digits);
}

bool is_resident_id(std::string_view digits) {
  constexpr std::array<int, 17> weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view checks = "10X98765432";
  if (digits.size() != 18 || !all_digits(digits.substr(0, 17))) return false;
  const int province = number_in(digits, 0, 2);
  if (province < 11 || (province > 65 && province < 71) || province > 83) return false;
  if (!is_date(number_in(digits, 6, 4), number_in(digits, 10, 2), number_in(digits, 12, 2))) {
    return false;
  }
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += value_of(digits[i]) * weights[i];
  return digits.back() == checks[static_cast<std::size_t>(sum % 11)];
}

bool is_cpf(std::string_view digits) {
  if (digits.size() != 11 || !all_digits(digits) || all_alike(digits)) return false;
  return cpf_check_digit(digits.substr(0, 9)) == value_of(digits[9]) &&
         cpf_check_digit(digits.substr(0, 10)) == value_of(digits[10]);
}

bool is_iban(std::string_view characters) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (characters.size() < 15 || characters.size() > 34) return false;
  if (!is_capital(characters[0]) || !is_capital(characters[1])) return false;
  if (!is_digit(characters[2]) || !is_digit(characters[3])) return false;
  int rest = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char c = characters[(i + 4) % characters.size()];
    if (!is_digit(c) && !is_capital(c)) return false;
    rest = is_digit(c) ? (rest * 10 + value_of(c)) % 97 : (rest * 100 + c - 'A' + 10) % 97;
  }
  return rest == 1;
}

}  // namespace seekd::policy
