#include "model/text/charsmap.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include "model/text/utf8.h"

namespace seekd::model {
namespace {

constexpr std::size_t kClusterBytesMax = 5;

// A unit of the trie.
bool has_leaf(std::uint32_t unit) {
  return (unit >> 8 & 1) == 1;
}
std::uint32_t value(std::uint32_t unit) {
  return unit & 0x7FFFFFFF;
}
std::uint32_t label(std::uint32_t unit) {
  return unit & 0x800000FF;
}
std::uint32_t offset(std::uint32_t unit) {
  return unit >> 10 << ((unit & 0x200) >> 6);
}

int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 4648 §4.
std::optional<std::string> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFF);
  }
  return bytes;
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// `visit(cluster)` of each extended grapheme cluster (Unicode Standard Annex 29).
template <class Visit>
void for_each_cluster(std::string_view text, Visit visit) {
  UErrorCode error = U_ZERO_ERROR;
  UText source = UTEXT_INITIALIZER;
  utext_openUTF8(&source, text.data(), static_cast<std::int64_t>(text.size()), &error);
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), error));
  if (U_SUCCESS(error)) breaks->setText(&source, error);
  // ICU's rules are linked in: it fails when memory is out alone, and then characters stand alone.
  std::size_t at = 0;
  while (U_SUCCESS(error) && at < text.size()) {
    const std::int32_t end = breaks->next();
    if (end == icu::BreakIterator::DONE) break;
    visit(text.substr(at, static_cast<std::size_t>(end) - at));
    at = static_cast<std::size_t>(end);
  }
  utext_close(&source);
  while (at < text.size()) {
    const std::size_t begin = at;
    next_character(text, at);
    visit(text.substr(begin, at - begin));
  }
}

bool is_simple(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\r'; });
}

}  // namespace

std::optional<Charsmap> Charsmap::parse(std::string_view base64) {
  const std::optional<std::string> bytes = decode_base64(base64);
  if (!bytes || bytes->size() < 4) return std::nullopt;
  const std::string_view rest = std::string_view(*bytes).substr(4);
  const std::size_t trie_bytes = read_u32(*bytes);
  if (trie_bytes == 0 || trie_bytes > rest.size() || trie_bytes % 4 != 0) return std::nullopt;
  Charsmap map;
  for (std::size_t at = 0; at < trie_bytes; at += 4) {
    map.units_.push_back(read_u32(rest.substr(at)));
  }
  map.texts_ = rest.substr(trie_bytes);
  return map;
}

// Of the shortest beginning that the trie knows.
std::optional<std::string_view> Charsmap::replacement(std::string_view characters) const {
  std::size_t node = offset(units_[0]);
  for (const char c : characters) {
    if (c == 0) break;
    const auto byte = static_cast<unsigned char>(c);
    node ^= byte;
    if (node >= units_.size() || label(units_[node]) != byte) return std::nullopt;
    const std::uint32_t unit = units_[node];
    node ^= offset(unit);
    if (node >= units_.size()) return std::nullopt;
    if (!has_leaf(unit)) continue;
    const std::size_t begin = value(units_[node]);
    if (begin > texts_.size()) return std::nullopt;
    const std::string_view text = std::string_view(texts_).substr(begin);
    return text.substr(0, text.find('\0'));
  }
  return std::nullopt;
}

void Charsmap::append(std::string_view cluster, std::string& out) const {
  if (cluster.size() <= kClusterBytesMax) {
    if (const auto replaced = replacement(cluster)) {
      out += *replaced;
      return;
    }
  }
  for (std::size_t at = 0; at < cluster.size();) {
    const std::size_t begin = at;
    next_character(cluster, at);
    const std::string_view character = cluster.substr(begin, at - begin);
    out += replacement(character).value_or(character);
  }
}

std::string Charsmap::normalize(std::string_view text) const {
  std::string out;
  out.reserve(text.size());
  if (is_simple(text)) {
    for (std::size_t at = 0; at < text.size(); ++at) append(text.substr(at, 1), out);
    return out;
  }
  for_each_cluster(text, [&](std::string_view cluster) { append(cluster, out); });
  // The replacements are the file's.
  if (valid_utf8_prefix(out) == out.size()) return out;
  std::string valid;
  append_valid_utf8(out, valid);
  return valid;
}

}  // namespace seekd::model
