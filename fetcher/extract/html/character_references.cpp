#include "fetcher/extract/html/character_references.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "policy/ascii.h"

namespace seekd::fetcher {
namespace {

using policy::is_digit;

constexpr std::size_t name_bytes_max = 32;
constexpr std::size_t bare_bytes_max = 6;
constexpr std::uint32_t replacement = 0xFFFD;
constexpr std::uint32_t code_point_max = 0x10FFFF;

// §13.2.5.80: what 0x80 to 0x9F mean; 0 stands for themselves.
constexpr auto windows_1252 = std::to_array<std::uint16_t>(
    {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
     0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
     0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178});

bool is_alphanumeric(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}
bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
std::uint32_t hex_value(char c) {
  return static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

std::uint32_t character_of(std::uint32_t code) {
  if (code == 0 || code > code_point_max || (code >= 0xD800 && code <= 0xDFFF)) return replacement;
  if (code >= 0x80 && code <= 0x9F && windows_1252[code - 0x80] != 0)
    return windows_1252[code - 0x80];
  return code;
}

// Copies from a text to a buffer, reading references.
class Resolver {
 public:
  Resolver(std::string_view text, ReferenceIn where, char* out)
      : rest_(text), where_(where), out_(out) {}

  std::size_t run() {
    const char* const begin = out_;
    while (!rest_.empty()) {
      const std::size_t plain = std::min(rest_.find('&'), rest_.size());
      write(rest_.substr(0, plain));
      rest_.remove_prefix(plain);
      if (!rest_.empty() && !(rest_.substr(1).starts_with('#') ? read_number() : read_name())) {
        write("&");
        rest_.remove_prefix(1);
      }
    }
    return static_cast<std::size_t>(out_ - begin);
  }

 private:
  void write(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
  }

  void write(std::uint32_t c) {
    const auto byte = [this](std::uint32_t value) { *out_++ = static_cast<char>(value); };
    if (c < 0x80) {
      byte(c);
    } else if (c < 0x800) {
      byte(0xC0 | c >> 6);
      byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      byte(0xE0 | c >> 12);
      byte(0x80 | (c >> 6 & 0x3F));
      byte(0x80 | (c & 0x3F));
    } else {
      byte(0xF0 | c >> 18);
      byte(0x80 | (c >> 12 & 0x3F));
      byte(0x80 | (c >> 6 & 0x3F));
      byte(0x80 | (c & 0x3F));
    }
  }

  bool read_number() {
    std::size_t at = 2;
    const bool hex = at < rest_.size() && (rest_[at] | 0x20) == 'x';
    at += hex ? 1 : 0;
    const std::size_t digits = at;
    std::uint32_t code = 0;
    for (; at < rest_.size() && (hex ? is_hex(rest_[at]) : is_digit(rest_[at])); ++at) {
      code = std::min(code * (hex ? 16 : 10) + hex_value(rest_[at]), code_point_max + 1);
    }
    if (at == digits) return false;
    write(character_of(code));
    rest_.remove_prefix(at < rest_.size() && rest_[at] == ';' ? at + 1 : at);
    return true;
  }

  bool read_name() {
    std::size_t end = 1;
    while (end < rest_.size() && end <= name_bytes_max && is_alphanumeric(rest_[end])) ++end;
    if (end < rest_.size() && rest_[end] == ';') {
      if (const auto* known = find(rest_.substr(1, end - 1))) {
        write(known->text);
        rest_.remove_prefix(end + 1);
        return true;
      }
    }
    for (std::size_t size = std::min(end - 1, bare_bytes_max); size >= 2; --size) {
      const auto* known = find(rest_.substr(1, size));
      if (known == nullptr || !known->bare) continue;
      const char behind = size + 1 < rest_.size() ? rest_[size + 1] : ' ';
      if (where_ == ReferenceIn::attribute && (behind == '=' || is_alphanumeric(behind)))
        return false;
      write(known->text);
      rest_.remove_prefix(size + 1);
      return true;
    }
    return false;
  }

  static const CharacterReference* find(std::string_view name) {
    const auto found =
        std::ranges::lower_bound(character_references, name, {}, &CharacterReference::name);
    return found != character_references.end() && found->name == name ? &*found : nullptr;
  }

  std::string_view rest_;
  ReferenceIn where_;
  char* out_;
};

}  // namespace

std::size_t resolve_references(std::string_view text, ReferenceIn where, char* out) {
  return Resolver(text, where, out).run();
}

}  // namespace seekd::fetcher
