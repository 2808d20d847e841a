#include "policy/folded_text.h"

#include <cassert>
#include <limits>
#include <optional>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "policy/utf8.h"

namespace seekd::policy {
namespace {

constexpr std::int32_t expansion_max = 64;  // UTF-16 units; Unicode's longest is 18

const UNormalizer2* normalizer(Letters letters) {
  UErrorCode error = U_ZERO_ERROR;  // the data is part of ICU: it cannot be missing
  return letters == Letters::case_folded ? unorm2_getNFKCCasefoldInstance(&error)
                                         : unorm2_getNFKCInstance(&error);
}

UChar32 plain(UChar32 c) {
  constexpr UChar32 minus = 0x2212;
  const auto category = u_charType(c);
  if (category == U_DASH_PUNCTUATION || c == minus) return U'-';
  if (category == U_SPACE_SEPARATOR) return U' ';
  return c;
}

void append(std::string& text, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  text.append(bytes, static_cast<std::size_t>(length));
}

void append_folded(std::string& text, UChar32 c, const UNormalizer2* form) {
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0) return;
  UChar written[U16_MAX_LENGTH];
  std::int32_t units = 0;
  U16_APPEND_UNSAFE(written, units, c);
  UChar normal[expansion_max];
  UErrorCode error = U_ZERO_ERROR;
  const std::int32_t length = unorm2_normalize(form, written, units, normal, expansion_max, &error);
  if (U_FAILURE(error) != 0) return append(text, c);
  for (std::int32_t next = 0; next < length;) {
    UChar32 each = 0;
    U16_NEXT_UNSAFE(normal, next, each);
    append(text, plain(each));
  }
}

}  // namespace

FoldedText fold_text(std::string_view text, Letters letters) {
  assert(text.size() < std::numeric_limits<std::uint32_t>::max());
  const UNormalizer2* const form = normalizer(letters);
  FoldedText folded;
  folded.text.reserve(text.size());
  folded.origin.reserve(text.size() + 1);
  for (std::string_view rest = text; !rest.empty();) {
    const auto begin = static_cast<std::uint32_t>(text.size() - rest.size());
    const std::optional<char32_t> c = take_code_point(rest);
    if (c && *c < 0x80) {
      const bool upper = letters == Letters::case_folded && *c >= U'A' && *c <= U'Z';
      folded.text.push_back(static_cast<char>(upper ? *c - U'A' + U'a' : *c));
    } else if (c) {
      append_folded(folded.text, static_cast<UChar32>(*c), form);
    }
    folded.origin.resize(folded.text.size(), begin);
  }
  folded.origin.push_back(static_cast<std::uint32_t>(text.size()));
  return folded;
}

}  // namespace seekd::policy
