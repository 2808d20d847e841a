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

}  // namespace seekd::policy
