#include "daemon/answer/language.h"

#include <unicode/uscript.h>
#include <unicode/utf8.h>

namespace seekd::daemon {

Language language_of(std::string_view text) {
  bool han = false;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::int32_t at = 0; at < static_cast<std::int32_t>(text.size());) {
    UChar32 value = 0;
    // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): ICU's macro
    U8_NEXT_OR_FFFD(bytes, at, static_cast<std::int32_t>(text.size()), value);
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(value, &status);
    if (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA) return Language::japanese;
    if (script == USCRIPT_HANGUL) return Language::english;
    han = han || script == USCRIPT_HAN;
  }
  return han ? Language::chinese : Language::english;
}

}  // namespace seekd::daemon
