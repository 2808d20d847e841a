#include "fetcher/extract/text_shape.h"

#include <string>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace seekd::fetcher {
namespace {

constexpr double words_per_asian_character = 0.6;
constexpr std::size_t kind_words_max = 60;
constexpr std::size_t hashes_max = 400;

bool is_asian(UChar32 c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool is_digit(UChar32 c) {
  return c >= '0' && c <= '9';
}
bool is_upper(UChar32 c) {
  return c >= 'A' && c <= 'Z';
}
bool is_space(UChar32 c) {
  return c == ' ' || c == '\n' || c == '\t' || c == 0xA0 || c == 0x3000;
}

// Letters of a word, as far as counting goes: punctuation is not.
bool is_word(UChar32 c) {
  if (c < 0x80) return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  return u_isalnum(c) != 0;
}

void count_sign(UChar32 c, TextShape& shape) {
  switch (c) {
    case ',':
    case ';':
    case 0x3001:  // 、
    case 0xFF0C:  // ，
    case 0xFF1B:  // ；
      ++shape.commas;
      break;
    case '.':
    case '!':
    case '?':
    case 0x3002:  // 。
    case 0xFF01:  // ！
    case 0xFF1F:  // ？
      ++shape.sentences;
      break;
    case '|':
    case 0xA9:    // ©
    case 0xB7:    // ·
    case 0xBB:    // »
    case 0x203A:  // ›
    case 0x2022:  // •
    case 0x2192:  // →
      ++shape.marks;
      break;
    default:
      if (c == '$' || (c >= 0x80 && u_charType(c) == U_CURRENCY_SYMBOL)) ++shape.currency;
      break;
  }
}

// Calls `letter` for every code point, and `word` for each word in lower case (ASCII).
template <class Letter, class Word>
void read_words(std::string_view text, Letter letter, Word word) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::size_t size = text.size();
  std::string current;
  const auto end_word = [&] {
    if (!current.empty()) word(std::string_view(current), 1.0);
    current.clear();
  };
  for (std::size_t next = 0; next < size;) {
    const std::size_t begin = next;
    UChar32 c = 0;
    // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): ICU's macro
    U8_NEXT(bytes, next, size, c);
    letter(c);
    if (is_asian(c)) {
      end_word();
      word(text.substr(begin, next - begin), words_per_asian_character);
    } else if (is_word(c)) {
      if (is_upper(c)) {
        current += static_cast<char>(c | 0x20);
      } else {
        current.append(text, begin, next - begin);
      }
    } else {
      end_word();
    }
  }
  end_word();
}

std::uint64_t hash_of(std::string_view word) {  // FNV-1a
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : word) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

void count_letter(UChar32 c, TextShape& shape) {
  if (is_space(c)) return;
  if (shape.letters++ == 0) shape.first = static_cast<char32_t>(c);
  shape.last = static_cast<char32_t>(c);
  if (is_asian(c)) {
    ++shape.asian;
  } else if (is_upper(c)) {
    ++shape.upper;
  } else if (is_digit(c)) {
    ++shape.digits;
  } else if (!is_word(c)) {
    count_sign(c, shape);
  }
}

}  // namespace

TextShape shape_of(std::string_view text) {
  TextShape shape;
  const auto word = [&](std::string_view one, double counts) {
    shape.words += counts;
    if (shape.hashes.size() < hashes_max) shape.hashes.push_back(hash_of(one));
    if (shape.hashes.size() <= kind_words_max) count_word(one, shape.kinds);
  };
  read_words(text, [&](UChar32 c) { count_letter(c, shape); }, word);
  if (shape.letters < text.size()) count_phrases(text, shape.kinds);  // not all is ASCII
  return shape;
}

}  // namespace seekd::fetcher
