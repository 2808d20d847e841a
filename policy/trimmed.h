// Text without what stands around it.
//
// Pure; any thread.

#pragma once

#include <string_view>

namespace seekd::policy {

inline constexpr std::string_view blanks = " \t";           // of a line; HTTP's OWS
inline constexpr std::string_view white_space = " \t\r\n";  // of a text

// `text` less the bytes of `around` at both ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view around) {
  const std::size_t begin = text.find_first_not_of(around);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(around) - begin + 1);
}

}  // namespace seekd::policy
