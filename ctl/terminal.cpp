#include "ctl/terminal.h"

#include <array>
#include <iostream>

#include "policy/page_text_guard.h"

namespace seekd::ctl {

std::string terminal_text(std::string_view text) {
  return policy::visible_text(text);
}

std::string terminal_line(std::string_view text, std::size_t characters_max) {
  std::string line;
  std::size_t characters = 0;
  for (char c : terminal_text(text)) {
    if (c == '\n' || c == '\t') c = ' ';
    const bool begins_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins_character && ++characters > characters_max) return line + "…";
    line += c;
  }
  return line;
}

std::string field(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else {
      out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

void say(std::string_view message) {
  std::cerr << "seekctl: " << terminal_text(message) << '\n';
}

ExitStatus refuse(const Error& error) {
  say(error.message);
  return ExitStatus::refused;
}

}  // namespace seekd::ctl
