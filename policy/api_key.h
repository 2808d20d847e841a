// API keys: what a caller sends, and the line of a file that knows it.
//
// Pure; any thread. A key is "seekd_" and 64 hexadecimal digits: 256 random bits. The file has its
// SHA-256 alone; no slow hash is needed where nothing can be guessed (docs/decisions/0034).

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd::policy {

inline constexpr std::size_t key_bytes = 32;
using KeyHash = std::array<std::uint8_t, 32>;

// One line: NAME SHA256 ROLES LAST_DAY, such as "grafana 9f86…0a08 auditor 2026-12-31", where ROLES
// has commas and LAST_DAY may be "never".
struct ApiKey {
  std::string name;  // whose it is; several keys may have one name
  KeyHash hash{};
  std::vector<std::string> roles;
  std::optional<std::chrono::sys_days> last_day;  // of UTC, on which it is still good

  bool operator==(const ApiKey&) const = default;
};

// The key of these random bytes, as a caller sends it.
std::string api_key_text(std::span<const std::uint8_t, key_bytes> random);

// nullopt: the text is no key of ours.
std::optional<KeyHash> hash_of_api_key(std::string_view text);

std::string to_line(const ApiKey& key);

// Empty lines and those that begin with '#' say nothing. Errors: invalid_argument ("line N …"),
// too_large.
Result<std::vector<ApiKey>> parse_api_keys(std::string_view text);

// "2026-12-31"
std::optional<std::chrono::sys_days> parse_day(std::string_view text);

}  // namespace seekd::policy
