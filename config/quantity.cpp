#include "config/quantity.h"

#include <array>
#include <charconv>
#include <limits>
#include <span>

#include "config/value.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Both from small to large; the first is what quantities are counted in.
constexpr std::array duration_units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                    Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array byte_units{Unit{"B", 1}, Unit{"KiB", 1ull << 10}, Unit{"MiB", 1ull << 20},
                                Unit{"GiB", 1ull << 30}, Unit{"TiB", 1ull << 40}};

std::string unit_names(std::span<const Unit> units) {
  std::string names;
  for (const Unit& unit : units) {
    if (!names.empty()) names += ", ";
    names += unit.name;
  }
  return names;
}

Result<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) {
    return fail(ErrorCode::invalid_argument,
                policy::quoted(text) + " does not begin with a whole number");
  }
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  if (name.empty()) {
    return fail(ErrorCode::invalid_argument, "the unit is missing in " + policy::quoted(text));
  }
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    // chrono counts in signed 64 bits.
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (error != std::errc{} || number > largest / unit.factor) {
      return fail(ErrorCode::invalid_argument,
                  policy::quoted(text) + " is too large to be counted");
    }
    return number * unit.factor;
  }
  return fail(ErrorCode::invalid_argument, policy::quoted(text) + " has the unknown unit " +
                                               policy::quoted(name) +
                                               " (known: " + unit_names(units) + ")");
}

std::string quantity_text(std::uint64_t quantity, std::span<const Unit> units) {
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < units.size(); ++i) {
    if (quantity != 0 && quantity % units[i].factor == 0) chosen = i;
  }
  return std::to_string(quantity / units[chosen].factor) + std::string(units[chosen].name);
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const Result<std::uint64_t> count = parse_quantity(text, duration_units);
  if (!count) return std::unexpected(count.error());
  return std::chrono::milliseconds(*count);
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  return parse_quantity(text, byte_units);
}

std::string duration_text(std::chrono::milliseconds duration) {
  return quantity_text(static_cast<std::uint64_t>(duration.count()), duration_units);
}

std::string bytes_text(std::uint64_t bytes) {
  return quantity_text(bytes, byte_units);
}

}  // namespace seekd::config
