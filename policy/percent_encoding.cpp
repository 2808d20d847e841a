#include "policy/percent_encoding.h"

#include <cassert>
#include <charconv>

namespace seekd::policy {

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_escape(std::string& out, unsigned char byte) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  out += '%';
  out += hex[byte >> 4];
  out += hex[byte & 0xF];
}

std::optional<unsigned char> read_escape(std::string_view text) {
  assert(text.starts_with('%'));
  unsigned char byte = 0;
  if (text.size() < 3) return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
  if (error != std::errc{} || stop != text.data() + 3) return std::nullopt;
  return byte;
}

}  // namespace seekd::policy
