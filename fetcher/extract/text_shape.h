// A block's text in numbers, in any script of the world.
//
// Pure; any thread; linear in the text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fetcher/extract/word_kinds.h"

namespace seekd::fetcher {

struct TextShape {
  double words = 0;             // a Han or kana character counts in part: it says less than a word
  std::uint32_t letters = 0;    // code points but white space
  std::uint32_t asian = 0;      // of these, Han and kana
  std::uint32_t upper = 0;      // of these, ASCII capitals
  std::uint32_t digits = 0;     // of these, ASCII digits
  std::uint32_t commas = 0;     // and semicolons
  std::uint32_t sentences = 0;  // full stops, exclamation and question marks
  std::uint32_t currency = 0;   // signs
  std::uint32_t marks = 0;      // © | » › • and the like
  WordKindCounts kinds{};       // words of each kind, of the first 60
  // Of the first 400 words, in lower case (ASCII); a Han or kana character is a word.
  std::vector<std::uint64_t> hashes;
  char32_t first = 0;
  char32_t last = 0;
};

TextShape shape_of(std::string_view text);

}  // namespace seekd::fetcher
