// The tokens that noise.h looks for patterns in: numbers, words, and single other characters.
//
// Pure functions, any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::cache {

enum class TokenKind : std::uint8_t {
  number,  // digits, with '.' or ',' between them
  word,    // letters, with digits, '-' and '_' inside
  sign,    // any other character but white space
};

struct Token {
  TokenKind kind = TokenKind::sign;
  std::string text;          // a word's in lower case
  std::string_view written;  // as it stands in the text
  bool spaced = false;       // white space stands before it
};

// Of ASCII letters alone; other bytes stay.
std::string lower_ascii(std::string_view text);

// REQUIRES: `text` outlives them.
std::vector<Token> noise_tokens(std::string_view text);

}  // namespace seekd::cache
