#include "policy/cache_control.h"

#include <algorithm>
#include <string>

#include "policy/trimmed.h"

namespace seekd::policy {
namespace {

using std::chrono::seconds;

// Where the list member that begins at `begin` ends: at a comma outside quotes.
std::size_t member_end(std::string_view field, std::size_t begin) {
  bool in_quotes = false;
  for (std::size_t i = begin; i < field.size(); ++i) {
    if (in_quotes && field[i] == '\\') {
      ++i;
    } else if (field[i] == '"') {
      in_quotes = !in_quotes;
    } else if (field[i] == ',' && !in_quotes) {
      return i;
    }
  }
  return field.size();
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

// The value of a token or of a quoted string (RFC 9110 §5.6.4).
std::string unquoted(std::string_view argument) {
  if (!argument.starts_with('"')) return std::string(argument);
  std::string value;
  for (std::size_t i = 1; i < argument.size() && argument[i] != '"'; ++i) {
    if (argument[i] == '\\' && i + 1 < argument.size()) ++i;
    value += argument[i];
  }
  return value;
}

void take_lifetime(std::optional<seconds>& lifetime, std::string_view argument) {
  const seconds value = parse_delta_seconds(unquoted(argument)).value_or(seconds(0));
  lifetime = lifetime.has_value() && *lifetime != value ? seconds(0) : value;
}

void take_directive(CacheControl& control, std::string_view directive) {
  const std::size_t equals = directive.find('=');
  const std::string name = lower(trimmed(directive.substr(0, equals), blanks));
  const std::string_view argument =
      equals == directive.npos ? "" : trimmed(directive.substr(equals + 1), blanks);
  if (name == "no-store") control.no_store = true;
  if (name == "no-cache") control.no_cache = true;
  if (name == "private") control.is_private = true;
  if (name == "must-revalidate" || name == "proxy-revalidate" || name == "s-maxage") {
    control.must_revalidate = true;
  }
  if (name == "max-age") take_lifetime(control.max_age, argument);
  if (name == "s-maxage") take_lifetime(control.s_maxage, argument);
}

}  // namespace

CacheControl parse_cache_control(std::string_view field) {
  CacheControl control;
  for (std::size_t begin = 0; begin < field.size();) {
    const std::size_t end = member_end(field, begin);
    take_directive(control, field.substr(begin, end - begin));
    begin = end + 1;
  }
  return control;
}

std::optional<seconds> parse_delta_seconds(std::string_view text) {
  constexpr std::int64_t largest = std::int64_t{1} << 31;
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(largest, value * 10 + (c - '0'));
  }
  return seconds(value);
}

}  // namespace seekd::policy
