#include "model/text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace seekd::model {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_ascii_block(const char* text) {
  std::uint64_t block = 0;
  std::memcpy(&block, text, sizeof block);
  return (block & 0x8080808080808080U) == 0;
}

bool is_white_space(std::int32_t character) {
  return u_hasBinaryProperty(character, UCHAR_WHITE_SPACE) != 0;
}

}  // namespace

std::int32_t next_character(std::string_view text, std::size_t& at) {
  UChar32 character = 0;
  U8_NEXT(text.data(), at, text.size(), character);  // NOLINT(bugprone-inc-dec-in-conditions)
  return character;
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8 && is_ascii_block(text.data() + at)) {
      at += 8;
      continue;
    }
    std::size_t next = at;
    if (next_character(text, next) < 0) return at;
    at = next;
  }
  return at;
}

void append_valid_utf8(std::string_view bytes, std::string& out) {
  while (true) {
    const std::size_t valid = valid_utf8_prefix(bytes);
    out.append(bytes.substr(0, valid));
    if (valid == bytes.size()) return;
    std::size_t next = valid;
    next_character(bytes, next);
    out.append(kReplacement);
    bytes.remove_prefix(next);
  }
}

std::size_t unfinished_utf8_suffix(std::string_view bytes) {
  for (std::size_t length = std::min<std::size_t>(3, bytes.size()); length > 0; --length) {
    const std::string_view tail = bytes.substr(bytes.size() - length);
    if (!U8_IS_LEAD(tail.front())) continue;
    std::size_t next = 0;
    const bool broken = next_character(tail, next) < 0;
    const auto announced = static_cast<std::size_t>(U8_COUNT_TRAIL_BYTES(tail.front())) + 1;
    if (broken && next == tail.size() && tail.size() < announced) return length;
  }
  return 0;
}

std::size_t leading_white_space(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_white_space(next_character(text, next))) break;
    at = next;
  }
  return at;
}

std::size_t trailing_white_space(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    std::size_t before = end - 1;
    while (before > 0 && U8_IS_TRAIL(text[before])) --before;
    std::size_t at = before;
    if (!is_white_space(next_character(text, at))) break;
    end = before;
  }
  return text.size() - end;
}

}  // namespace seekd::model
