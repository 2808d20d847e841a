// Text as words, for rules and comparisons: lower-cased runs of letters and digits (Unicode, by
// ICU), and the characters of scripts that put no spaces between words one by one.
//
// Pure; any thread. Linear in the text; bytes that are not UTF-8 end a word.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

enum class Script : std::uint8_t {
  spaced,    // words are runs between spaces and punctuation
  unspaced,  // Chinese, Japanese kana, Thai, …: one character
};

struct Word {
  std::string text;  // lower-cased
  Script script = Script::spaced;
  bool capitalised = false;  // as written, its first letter was a capital
};

std::vector<Word> words_of(std::string_view text);

}  // namespace seekd::policy
