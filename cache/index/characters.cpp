#include "cache/index/characters.h"

#include "policy/utf8.h"

namespace seekd::cache {

bool is_space(std::string_view character) {
  return character == " " || character == "\n" || character == "\t" || character == "\r" ||
         character == "\u3000";
}

bool is_ideograph(std::string_view character) {
  if (character.size() < 3) return false;
  const char32_t c = policy::take_code_point(character).value_or(0);
  return (c >= 0x3040 && c <= 0x30ff) ||  // Hiragana, Katakana
         (c >= 0x3400 && c <= 0x4dbf) ||  // Han, extension A
         (c >= 0x4e00 && c <= 0x9fff) ||  // Han
         (c >= 0xac00 && c <= 0xd7a3) ||  // Hangul syllables
         (c >= 0xf900 && c <= 0xfaff) ||  // Han, compatibility
         (c >= 0x20000 && c <= 0x323af);  // Han, extensions B to H
}

}  // namespace seekd::cache
