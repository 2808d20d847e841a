#include "policy/words.h"

#include <optional>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "policy/utf8.h"

namespace seekd::policy {
namespace {

void append(std::string& text, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  text.append(bytes, static_cast<std::size_t>(length));
}

bool is_unspaced(UChar32 c) {
  if (c < 0x0E00) return false;  // Thai is the first of them
  UErrorCode error = U_ZERO_ERROR;
  return uscript_breaksBetweenLetters(uscript_getScript(c, &error)) != 0;
}

}  // namespace

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::string run;
  bool capitalised = false;
  const auto end_run = [&] {
    if (!run.empty()) words.push_back({std::exchange(run, {}), Script::spaced, capitalised});
  };
  while (!text.empty()) {
    const std::optional<char32_t> code_point = take_code_point(text);
    const auto c = static_cast<UChar32>(code_point.value_or(U' '));
    if (u_charType(c) == U_NON_SPACING_MARK && !run.empty()) {
      append(run, c);  // a combining mark belongs to the letter before it
    } else if (!u_isalnum(c)) {
      end_run();
    } else if (is_unspaced(c)) {
      end_run();
      words.push_back({{}, Script::unspaced, false});
      append(words.back().text, c);
    } else {
      if (run.empty()) capitalised = u_isupper(c) != 0;
      append(run, u_tolower(c));
    }
  }
  end_run();
  return words;
}

}  // namespace seekd::policy
