#include "policy/quoted.h"

#include <cstddef>

namespace seekd::policy {

std::string quoted(std::string_view text) {
  constexpr std::size_t bytes_max = 80;
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text.substr(0, bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += hex[byte >> 4];
      out += hex[byte & 0xF];
    }
  }
  if (text.size() > bytes_max) out += "…";
  out += '"';
  return out;
}

}  // namespace seekd::policy
