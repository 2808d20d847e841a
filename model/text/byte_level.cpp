#include "model/text/byte_level.h"

#include <array>
#include <cstdint>
#include <utility>

#include "model/text/utf8.h"

namespace seekd::model {
namespace {

constexpr std::size_t kAlphabetEnd = 0x144;
constexpr std::int16_t kNoByte = -1;

constexpr bool stands_for_itself(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

// Code point → byte.
constexpr std::array<std::int16_t, kAlphabetEnd> make_alphabet() {
  std::array<std::int16_t, kAlphabetEnd> bytes{};
  bytes.fill(kNoByte);
  std::size_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const std::size_t at = stands_for_itself(byte) ? static_cast<std::size_t>(byte) : next++;
    bytes[at] = static_cast<std::int16_t>(byte);
  }
  return bytes;
}

constexpr auto kByteOf = make_alphabet();

}  // namespace

std::optional<std::string> from_byte_level(std::string_view entry) {
  std::string bytes;
  std::size_t at = 0;
  while (at < entry.size()) {
    const std::int32_t character = next_character(entry, at);
    if (character < 0 || std::cmp_greater_equal(character, kAlphabetEnd)) return std::nullopt;
    const std::int16_t byte = kByteOf[static_cast<std::size_t>(character)];
    if (byte == kNoByte) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace seekd::model
