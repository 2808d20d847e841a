#include "config/suggestion.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "config/option_table.h"

namespace seekd::config {
namespace {

constexpr std::size_t bytes_max = 64;  // longer names are nobody's typing error

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// A right key in a wrong section, or in none, is one slip of the pen.
std::size_t distance_to_option(std::string_view unknown, std::string_view name) {
  const auto key_of = [](std::string_view full) { return full.substr(full.rfind('.') + 1); };
  return std::min(distance(unknown, name), distance(key_of(unknown), key_of(name)) + 1);
}

}  // namespace

std::string_view nearest_option(std::string_view unknown) {
  if (unknown.size() > bytes_max) return {};
  std::size_t least = std::numeric_limits<std::size_t>::max();
  std::string_view nearest;
  for (const Option& option : option_table()) {
    const std::size_t d = distance_to_option(unknown, option.name);
    if (d >= least) continue;
    least = d;
    nearest = option.name;
  }
  return least <= std::max<std::size_t>(2, unknown.size() / 3) ? nearest : std::string_view{};
}

}  // namespace seekd::config
