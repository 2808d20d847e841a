#include "policy/utf8.h"

#include <algorithm>
#include <cassert>
#include <cstdint>

#include <unicode/utf8.h>

namespace seekd::policy {

std::optional<char32_t> take_code_point(std::string_view& text) {
  assert(!text.empty());
  const char* const bytes = text.data();
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), U8_MAX_LENGTH));
  std::int32_t length = 0;
  std::int32_t code_point = 0;
  U8_NEXT(bytes, length, size, code_point);  // NOLINT(bugprone-inc-dec-in-conditions): ICU's macro
  text.remove_prefix(static_cast<std::size_t>(length));
  if (code_point < 0) return std::nullopt;
  return static_cast<char32_t>(code_point);
}

std::string_view character_at(std::string_view text, std::size_t position) {
  std::string_view rest = text.substr(position);
  const std::size_t bytes = rest.size();
  const bool whole = take_code_point(rest).has_value();
  return text.substr(position, whole ? bytes - rest.size() : 1);
}

std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  // A character is of U8_MAX_LENGTH bytes at most: no more of them can be of one that is cut.
  const std::size_t begin = bytes_max - std::min<std::size_t>(bytes_max, U8_MAX_LENGTH);
  const char* const bytes = text.data() + begin;
  auto length = static_cast<std::int32_t>(bytes_max - begin);
  U8_TRUNCATE_IF_INCOMPLETE(bytes, 0, length);
  return text.substr(0, begin + static_cast<std::size_t>(length));
}

}  // namespace seekd::policy
