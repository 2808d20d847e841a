#include "cache/index/utf8.h"

#include <algorithm>
#include <cstdint>

namespace seekd::cache {
namespace {

std::size_t length_of(std::uint8_t lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

bool continues(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

char32_t code_point(std::string_view character) {
  char32_t value = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1) return value;
  value &= 0x7f >> character.size();
  for (char byte : character.substr(1))
    value = value << 6 | (static_cast<std::uint8_t>(byte) & 0x3f);
  return value;
}

}  // namespace

std::string_view character_at(std::string_view text, std::size_t position) {
  const std::size_t length = length_of(static_cast<std::uint8_t>(text[position]));
  const std::string_view character = text.substr(position, length);
  const bool whole =
      character.size() == length && std::ranges::all_of(character.substr(1), continues);
  return whole ? character : text.substr(position, 1);
}

std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && continues(text[end])) --end;
  return text.substr(0, end);
}

bool is_space(std::string_view character) {
  return character == " " || character == "\n" || character == "\t" || character == "\r" ||
         character == "\u3000";
}

bool is_ideograph(std::string_view character) {
  if (character.size() < 3) return false;
  const char32_t c = code_point(character);
  return (c >= 0x3040 && c <= 0x30ff) ||  // Hiragana, Katakana
         (c >= 0x3400 && c <= 0x4dbf) ||  // Han, extension A
         (c >= 0x4e00 && c <= 0x9fff) ||  // Han
         (c >= 0xac00 && c <= 0xd7a3) ||  // Hangul syllables
         (c >= 0xf900 && c <= 0xfaff) ||  // Han, compatibility
         (c >= 0x20000 && c <= 0x323af);  // Han, extensions B to H
}

}  // namespace seekd::cache
