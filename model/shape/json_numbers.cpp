#include "model/shape/json_numbers.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace seekd::model {
namespace {

constexpr std::size_t fraction_digits = 15;
constexpr std::size_t bounded_fraction_digits = 6;
constexpr std::size_t exponent_digits = 2;
constexpr std::int64_t whole_max = bound_max - 1;  // where there is no bound

class Digits {
 public:
  explicit Digits(GrammarBuilder& builder) : builder_(builder) {}

  // The whole numbers from `least` to `most`, without leading zeros. REQUIRES: 0 <= least.
  void add_whole(StateId from, std::int64_t least, std::int64_t most, StateId to) {
    if (least == 0) digit(from, '0', '0', to);
    std::size_t free_least = 0;  // lengths of which all numbers are within
    std::size_t length = 1;
    std::int64_t first = 1;
    for (; first <= most; first *= 10, ++length) {
      const std::int64_t last = 10 * first - 1;
      if (last < least) continue;
      if (least <= first && last <= most) {
        if (free_least == 0) free_least = length;
        continue;
      }
      add_free(from, std::exchange(free_least, 0), length - 1, to);
      add_between(from, std::to_string(std::max(first, least)),
                  std::to_string(std::min(last, most)), to);
    }
    add_free(from, free_least, length - 1, to);
  }

  // One to `count` of any.
  void add_any(StateId from, std::size_t count, StateId to) {
    for (std::size_t digit = 0; digit < count; ++digit) {
      const StateId next = builder_.state();
      builder_.byte(from, '0', '9', next);
      builder_.skip(next, to);
      from = next;
    }
  }

  // "." and digits, perhaps none but zeros.
  void add_fraction(StateId from, std::size_t count, StateId to) {
    const StateId point = builder_.state();
    builder_.byte(from, '.', point);
    add_any(point, count, to);
  }

  // "." and digits that are not all zeros.
  void add_fraction_above_zero(StateId from, std::size_t count, StateId to) {
    StateId zeros = builder_.state();
    builder_.byte(from, '.', zeros);
    for (std::size_t digit = 1; digit <= count; ++digit) {
      const StateId behind = builder_.state();
      builder_.byte(zeros, '1', '9', behind);
      builder_.skip(behind, to);
      if (digit < count) add_any(behind, count - digit, to);
      const StateId next = builder_.state();
      builder_.byte(zeros, '0', next);
      zeros = next;
    }
  }

 private:
  // All numbers of `least` to `most` digits; none of 0.
  void add_free(StateId from, std::size_t least, std::size_t most, StateId to) {
    if (least == 0) return;
    StateId next = builder_.state();
    digit(from, '1', '9', next);
    for (std::size_t length = 1;; ++length) {
      if (length >= least) builder_.skip(next, to);
      if (length == most) return;
      const StateId after = builder_.state();
      digit(next, '0', '9', after);
      next = after;
    }
  }

  // As many digits as both have.
  void add_between(StateId from, std::string_view least, std::string_view most, StateId to) {
    const std::size_t behind = least.size() - 1;
    const char low = least.front();
    const char high = most.front();
    if (behind == 0) return digit(from, low, high, to);
    if (low == high) {
      const StateId next = builder_.state();
      digit(from, low, low, next);
      return add_between(next, least.substr(1), most.substr(1), to);
    }
    const std::string zeros(behind, '0');
    const std::string nines(behind, '9');
    char free_first = low;
    char free_last = high;
    if (least.substr(1) != zeros) {
      const StateId first = builder_.state();
      digit(from, low, low, first);
      ++free_first;
      add_between(first, least.substr(1), nines, to);
    }
    if (most.substr(1) != nines) {
      const StateId last = builder_.state();
      digit(from, high, high, last);
      --free_last;
      add_between(last, zeros, most.substr(1), to);
    }
    if (free_first > free_last) return;
    StateId next = builder_.state();
    digit(from, free_first, free_last, next);
    for (std::size_t left = behind; left > 0; --left) {
      const StateId after = left == 1 ? to : builder_.state();
      digit(next, '0', '9', after);
      next = after;
    }
  }

  void digit(StateId from, char first, char last, StateId to) {
    builder_.byte(from, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last), to);
  }

  GrammarBuilder& builder_;
};

// What is no more than `most` and no less than `least`, as numbers without a sign.
struct Magnitudes {
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool above_least = false;
  bool below_most = false;
};

void add_magnitudes(GrammarBuilder& builder, StateId from, const Magnitudes& range, StateId last) {
  Digits digits(builder);
  const std::int64_t first_free = range.least + (range.above_least ? 1 : 0);
  if (first_free < range.most) {
    const StateId whole = builder.state();
    digits.add_whole(from, first_free, range.most - 1, whole);
    builder.skip(whole, last);
    digits.add_fraction(whole, bounded_fraction_digits, last);
  }
  if (range.above_least && range.least < range.most) {
    const StateId whole = builder.state();
    digits.add_whole(from, range.least, range.least, whole);
    digits.add_fraction_above_zero(whole, bounded_fraction_digits, last);
  }
  if (!range.below_most && first_free <= range.most) {
    digits.add_whole(from, range.most, range.most, last);
  }
}

void add_any_number(GrammarBuilder& builder, StateId first, StateId last) {
  Digits digits(builder);
  const StateId unsigned_part = builder.state();
  builder.skip(first, unsigned_part);
  builder.byte(first, '-', unsigned_part);
  const StateId whole = builder.state();
  digits.add_whole(unsigned_part, 0, whole_max, whole);
  const StateId mantissa = builder.state();
  builder.skip(whole, mantissa);
  digits.add_fraction(whole, fraction_digits, mantissa);
  builder.skip(mantissa, last);
  const StateId exponent = builder.state();
  builder.byte(mantissa, 'e', exponent);
  builder.byte(mantissa, 'E', exponent);
  const StateId size = builder.state();
  builder.skip(exponent, size);
  builder.byte(exponent, '+', size);
  builder.byte(exponent, '-', size);
  digits.add_any(size, exponent_digits, last);
}

}  // namespace

void add_integer(GrammarBuilder& builder, GrammarBuilder::RuleId rule, NumberBounds bounds) {
  const std::int64_t least = bounds.least.value_or(-whole_max) + (bounds.above_least ? 1 : 0);
  const std::int64_t most = bounds.most.value_or(whole_max) - (bounds.below_most ? 1 : 0);
  if (least > most) return;
  Digits digits(builder);
  const auto [first, last] = builder.part(rule);
  if (most >= 0) digits.add_whole(first, std::max<std::int64_t>(least, 0), most, last);
  if (least >= 0) return;
  const StateId negative = builder.state();
  builder.byte(first, '-', negative);
  digits.add_whole(negative, std::max<std::int64_t>(-most, 1), -least, last);
}

void add_number(GrammarBuilder& builder, GrammarBuilder::RuleId rule, NumberBounds bounds) {
  const auto [first, last] = builder.part(rule);
  if (bounds.any()) return add_any_number(builder, first, last);
  const std::int64_t least = bounds.least.value_or(-whole_max);
  const std::int64_t most = bounds.most.value_or(whole_max);
  if (most >= 0) {
    const bool from_zero = least < 0;
    add_magnitudes(
        builder, first,
        {from_zero ? 0 : least, most, !from_zero && bounds.above_least, bounds.below_most}, last);
  }
  if (least >= 0) return;
  // Below 0: 0 itself has no sign.
  const StateId negative = builder.state();
  builder.byte(first, '-', negative);
  const bool to_zero = most >= 0;
  add_magnitudes(builder, negative,
                 {to_zero ? 0 : -most, -least, to_zero || bounds.below_most, bounds.above_least},
                 last);
}

}  // namespace seekd::model
