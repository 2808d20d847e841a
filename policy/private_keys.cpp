#include "policy/private_keys.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstddef>

#include "policy/ascii.h"

namespace seekd::policy {
namespace {

struct KeyPrefix {
  std::string_view prefix;
  std::size_t rest_min;  // characters behind it
};
constexpr std::array key_prefixes{
    KeyPrefix{"sk-", 20},
    KeyPrefix{"sk_live_", 16},
    KeyPrefix{"sk_test_", 16},
    KeyPrefix{"rk_live_", 16},
    KeyPrefix{"rk_test_", 16},
    KeyPrefix{"whsec_", 16},
    KeyPrefix{"ghp_", 30},
    KeyPrefix{"gho_", 30},
    KeyPrefix{"ghu_", 30},
    KeyPrefix{"ghs_", 30},
    KeyPrefix{"ghr_", 30},
    KeyPrefix{"github_pat_", 30},
    KeyPrefix{"glpat-", 16},
    KeyPrefix{"xoxa-", 16},
    KeyPrefix{"xoxb-", 16},
    KeyPrefix{"xoxp-", 16},
    KeyPrefix{"xoxr-", 16},
    KeyPrefix{"xoxs-", 16},
    KeyPrefix{"xapp-", 16},
    KeyPrefix{"AKIA", 16},
    KeyPrefix{"ASIA", 16},
    KeyPrefix{"AIza", 30},
    KeyPrefix{"ya29.", 20},
    KeyPrefix{"GOCSPX-", 20},
    KeyPrefix{"hf_", 30},
    KeyPrefix{"npm_", 30},
    KeyPrefix{"pypi-", 30},
    KeyPrefix{"dop_v1_", 40},
    KeyPrefix{"SG.", 40},
    KeyPrefix{"LTAI", 16},
    KeyPrefix{"AKID", 28},
    KeyPrefix{"eyJ", 40},
    KeyPrefix{"shpat_", 30},
    KeyPrefix{"sq0atp-", 20},
    KeyPrefix{"EAACEdEose0", 16},
    KeyPrefix{"key-", 30},
    KeyPrefix{"AGE-SECRET-KEY-", 40},
    KeyPrefix{"gsk_", 30},
    KeyPrefix{"nvapi-", 30},
};

constexpr std::array<std::string_view, 19> names_of_secrets = {
    "password", "passwd", "passphrase", "pwd",        "secret",    "token",      "api_key",
    "api-key",  "apikey", "access_key", "access-key", "api key",   "secret_key", "private_key",
    "密码",     "口令",   "密钥",       "暗証番号",   "パスワード"};
constexpr std::size_t name_bytes_max = 16;
constexpr std::size_t secret_bytes_min = 8;
constexpr std::size_t bearer_bytes_min = 16;
constexpr std::size_t random_bytes_min = 24;

bool is_token(char c) {
  return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-' || c == '.' ||
         c == '+' || c == '/' || c == '=' || c == '~';
}

bool is_prefixed(std::string_view token) {
  return std::ranges::any_of(key_prefixes, [&](const KeyPrefix& key) {
    if (!token.starts_with(key.prefix)) return false;
    const std::string_view rest = token.substr(key.prefix.size());
    return rest.size() >= key.rest_min && std::ranges::any_of(rest, is_digit) &&
           std::ranges::none_of(rest.substr(0, key.rest_min), [](char c) { return c == '/'; });
  });
}

double bits_a_character(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

// Names of things hold words, whose letters are of one case; hexadecimal digits are mostly hashes,
// which are asked about. What changes between large, small and digit at every other character has
// been drawn.
bool looks_drawn(std::string_view token) {
  const auto kind = [](char c) { return is_lower(c) ? 1 : is_upper(c) ? 2 : is_digit(c) ? 3 : 0; };
  std::size_t changes = 0;
  std::array<std::size_t, 4> kinds{};
  for (std::size_t i = 0; i < token.size(); ++i) {
    ++kinds[static_cast<std::size_t>(kind(token[i]))];
    if (i > 0 && kind(token[i]) != kind(token[i - 1])) ++changes;
  }
  return kinds[0] * 10 <= token.size() && kinds[1] >= 4 && kinds[2] >= 4 && kinds[3] >= 2 &&
         changes * 5 >= token.size() * 2 && bits_a_character(token) >= 4.0;
}

void find_tokens(std::string_view text, std::vector<TextRange>& found) {
  for (std::size_t begin = 0; begin < text.size();) {
    if (!is_token(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && is_token(text[end])) ++end;
    const std::string_view run = text.substr(begin, end - begin);
    const std::size_t before = found.size();
    // A token may be the value of a name, or part of a path: "key=sk-…".
    for (std::size_t part = 0; part < run.size();) {
      const std::size_t part_end = std::min(run.find_first_of("=/", part), run.size());
      const std::string_view token = run.substr(part, part_end - part);
      const bool drawn = token.size() >= random_bytes_min && looks_drawn(token);
      if (drawn || is_prefixed(token)) found.push_back({begin + part, begin + part_end});
      part = part_end + 1;
    }
    const bool whole = found.size() == before && run.size() >= random_bytes_min;
    if (whole && !run.contains("//") && looks_drawn(run)) found.push_back({begin, end});
    begin = end;
  }
}

void find_pem(std::string_view text, std::vector<TextRange>& found) {
  constexpr std::string_view opening = "-----BEGIN ";
  for (std::size_t at = text.find(opening); at != text.npos; at = text.find(opening, at + 1)) {
    const std::size_t label = at + opening.size();
    const std::string_view name = text.substr(label, text.find("-----", label) - label);
    if (!name.ends_with("PRIVATE KEY") && !name.ends_with("PRIVATE KEY BLOCK")) continue;
    const std::size_t closing = text.find("-----END ", label);
    const std::size_t last = closing == text.npos ? closing : text.find("-----", closing + 9);
    found.push_back({at, last == text.npos ? text.size() : last + 5});
    at = found.back().end - 1;
  }
}

// Where a value stands behind its name at `name_end`: "password: x", "token = 'x'", "密码是x";
// npos: nothing says that it is one.
std::size_t value_behind(std::string_view text, std::size_t name_end) {
  constexpr std::array<std::string_view, 6> links = {"=", ":", "is ", "是", "为", "は"};
  std::size_t at = text.find_first_not_of(" \"'", name_end);
  for (const std::string_view link : links) {
    if (at == text.npos || !text.substr(at).starts_with(link)) continue;
    return text.find_first_not_of(" \"'", at + link.size());
  }
  return text.npos;
}

bool names_secret(std::string_view text, std::size_t end) {
  std::string before(
      text.substr(end - std::min(end, name_bytes_max), std::min(end, name_bytes_max)));
  std::ranges::transform(before, before.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(names_of_secrets,
                             [&](std::string_view name) { return before.ends_with(name); });
}

// A value that a person could be told, such as "string" or "required", is none.
bool is_secret_value(std::string_view value) {
  return value.size() >= secret_bytes_min && std::ranges::any_of(value, is_digit) &&
         !std::ranges::all_of(value, [](char c) { return is_digit(c) || c == '.' || c == ','; });
}

void find_named(std::string_view text, std::vector<TextRange>& found) {
  constexpr std::string_view ends = " \t\n\"'<>,;&)(";
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (std::string_view(" =:\"'i\xe6\xe4\xe3").find(text[at]) == std::string_view::npos) continue;
    if (!names_secret(text, at)) continue;
    const std::size_t begin = value_behind(text, at);
    if (begin == text.npos) continue;
    const std::size_t end = std::min(text.find_first_of(ends, begin), text.size());
    if (is_secret_value(text.substr(begin, end - begin))) found.push_back({begin, end});
  }
  for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic "}) {
    for (std::size_t at = text.find(scheme); at != text.npos; at = text.find(scheme, at + 1)) {
      const std::size_t begin = at + scheme.size();
      const std::size_t end = std::min(text.find_first_of(ends, begin), text.size());
      const std::string_view value = text.substr(begin, end - begin);
      if (value.size() >= bearer_bytes_min && is_secret_value(value)) found.push_back({begin, end});
    }
  }
}

void find_user_information(std::string_view text, std::vector<TextRange>& found) {
  for (std::size_t at = text.find("://"); at != text.npos; at = text.find("://", at + 1)) {
    const std::size_t begin = at + 3;
    const std::size_t end = text.find_first_of("/?# \t\n\"'<>@", begin);
    if (end == text.npos || text[end] != '@') continue;
    if (text.substr(begin, end - begin).contains(':')) found.push_back({begin, end});
  }
}

}  // namespace

std::vector<TextRange> find_keys(std::string_view text) {
  std::vector<TextRange> found;
  find_pem(text, found);
  find_user_information(text, found);
  find_tokens(text, found);
  find_named(text, found);
  return found;
}

}  // namespace seekd::policy
