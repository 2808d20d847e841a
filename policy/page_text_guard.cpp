#include "policy/page_text_guard.h"

#include <cstddef>
#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/utf.h>
#include <unicode/utf8.h>

namespace seekd::policy {
namespace {

// How many bytes of plain ASCII text stand there: most of most pages.
std::size_t plain_at(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size() && ((text[at] >= 0x20 && text[at] < 0x7F) || text[at] == '\n')) ++at;
  return at - begin;
}

bool is_visible(UChar32 c) {
  if (c == '\n' || c == '\t') return true;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  if (c < 0x7F) return true;
  if (U_IS_UNICODE_NONCHAR(c)) return false;
  if (c >= 0xFFF9 && c <= 0xFFFB) return false;  // interlinear annotation
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0;
}

}  // namespace

std::string visible_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::size_t size = text.size();
  for (std::size_t next = 0; next < size;) {
    if (const std::size_t plain = plain_at(text, next); plain > 0) {
      out.append(text, next, plain);
      next += plain;
      continue;
    }
    const std::size_t begin = next;
    UChar32 c = 0;
    // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): ICU's macro
    U8_NEXT(bytes, next, size, c);  // c < 0: not UTF-8
    if (c >= 0 && is_visible(c)) out.append(text, begin, next - begin);
  }
  return out;
}

}  // namespace seekd::policy
