#include "policy/rights.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

namespace seekd::policy {
namespace {

constexpr std::size_t name_bytes_max = 64;

constexpr std::array<std::string_view, rights_count> right_names{
    "ask", "search", "show", "fetch", "watch", "import", "forget", "maintain", "observe", "review"};

constexpr std::array<std::pair<std::string_view, Rights>, 4> roles{{
    {"reader", {Right::ask, Right::search, Right::show, Right::fetch}},
    {"operator",
     {Right::watch, Right::import, Right::forget, Right::maintain, Right::observe, Right::review}},
    {"auditor", {Right::observe, Right::review}},
    {"admin", Rights::all()},
}};

}  // namespace

std::string_view to_string(Right right) {
  return right_names[static_cast<std::size_t>(right)];
}

std::optional<Right> parse_right(std::string_view text) {
  const auto* const found = std::ranges::find(right_names, text);
  if (found == right_names.end()) return std::nullopt;
  return static_cast<Right>(found - right_names.begin());
}

std::optional<Rights> rights_of(std::string_view role, std::span<const Role> written) {
  for (const Role& one : std::views::reverse(written)) {
    if (one.name == role) return one.rights;
  }
  for (const auto& [name, rights] : roles) {
    if (name == role) return rights;
  }
  return std::nullopt;
}

bool is_caller_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '@';
  };
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, plain);
}

}  // namespace seekd::policy
