#include "ctl/terminal.h"

#include <array>
#include <iostream>
#include <optional>

#include "policy/page_text_guard.h"
#include "policy/utf8.h"

namespace seekd::ctl {
namespace {

bool stands_in_a_field(char32_t c, std::string_view bytes) {
  if (c < 0x80) return c >= 0x20 && c != 0x7F;
  constexpr char32_t line_separator = 0x2028, paragraph_separator = 0x2029;
  return c != line_separator && c != paragraph_separator && policy::visible_text(bytes) == bytes;
}

void append_escapes(std::string& out, std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  }
}

}  // namespace

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
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> c = policy::take_code_point(text);
    const std::string_view bytes = before.substr(0, before.size() - text.size());
    if (c && stands_in_a_field(*c, bytes)) {
      out += bytes;
    } else {
      append_escapes(out, bytes);
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
