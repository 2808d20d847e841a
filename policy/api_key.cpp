#include "policy/api_key.h"

#include <algorithm>
#include <charconv>

#include <openssl/sha.h>

#include "policy/quoted.h"
#include "policy/rights.h"

namespace seekd::policy {
namespace {

constexpr std::string_view prefix = "seekd_";
constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t keys_max = 10'000;

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of(digits) == std::string_view::npos;
}

std::optional<KeyHash> parse_hash(std::string_view text) {
  KeyHash hash;
  if (text.size() != 2 * hash.size() || !is_hex(text)) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    hash[i] =
        static_cast<std::uint8_t>(digits.find(text[2 * i]) << 4 | digits.find(text[2 * i + 1]));
  }
  return hash;
}

// The text before the next `mark`, which is taken off with it.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<ApiKey> parse_line(std::string_view line) {
  ApiKey key;
  key.name = cut(line, ' ');
  const auto hash = parse_hash(cut(line, ' '));
  std::string_view roles = cut(line, ' ');
  if (!is_caller_name(key.name) || !hash || roles.empty()) return std::nullopt;
  key.hash = *hash;
  while (!roles.empty()) {
    key.roles.emplace_back(cut(roles, ','));
    if (!is_caller_name(key.roles.back())) return std::nullopt;
  }
  if (line == "never") return key;
  key.last_day = parse_day(line);
  return key.last_day ? std::optional(key) : std::nullopt;
}

std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

std::string padded(unsigned number, std::size_t width) {
  const std::string text = std::to_string(number);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) + '-' +
         padded(static_cast<unsigned>(date.month()), 2) + '-' +
         padded(static_cast<unsigned>(date.day()), 2);
}

}  // namespace

std::string api_key_text(std::span<const std::uint8_t, key_bytes> random) {
  return std::string(prefix) + hex(random);
}

std::optional<KeyHash> hash_of_api_key(std::string_view text) {
  const std::size_t size = prefix.size() + 2 * key_bytes;
  if (text.size() != size || !text.starts_with(prefix)) return std::nullopt;
  if (!is_hex(text.substr(prefix.size()))) return std::nullopt;
  KeyHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  return hash;
}

std::string to_line(const ApiKey& key) {
  std::string roles;
  for (const std::string& role : key.roles) roles += (roles.empty() ? "" : ",") + role;
  return key.name + ' ' + hex(key.hash) + ' ' + roles + ' ' +
         (key.last_day ? day_text(*key.last_day) : "never");
}

Result<std::vector<ApiKey>> parse_api_keys(std::string_view text) {
  std::vector<ApiKey> keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = cut(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    auto key = parse_line(line);
    if (!key) {
      return fail(ErrorCode::invalid_argument,
                  "line " + std::to_string(number) +
                      " is not \"NAME SHA256 ROLE[,ROLE…] YYYY-MM-DD|never\", which `seekctl token "
                      "create` prints");
    }
    if (keys.size() == keys_max) return fail(ErrorCode::too_large, "has more than 10000 keys");
    keys.push_back(*std::move(key));
  }
  return keys;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_number(text.substr(0, 4));
  const auto month = parse_number(text.substr(5, 2));
  const auto day = parse_number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace seekd::policy
