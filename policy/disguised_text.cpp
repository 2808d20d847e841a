#include "policy/disguised_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "policy/ascii.h"
#include "policy/utf8.h"

namespace seekd::policy {
namespace {

constexpr std::size_t encoded_bytes_min = 24;
constexpr std::size_t apart_letters_min = 6;

// Letters of other alphabets, in lower case, beside the one that they pass for.
constexpr std::array<std::pair<char, std::u32string_view>, 26> lookalikes{{
    {'a', U"аɑα"}, {'b', U"ьƅ"}, {'c', U"сϲ"},  {'d', U"ԁ"},  {'e', U"еҽ"}, {'f', U"ғ"},
    {'g', U"ɡ"},   {'h', U"һ"},  {'i', U"іıι"}, {'j', U"јϳ"}, {'k', U"κк"}, {'l', U"ӏ"},
    {'m', U"м"},   {'n', U"ոп"}, {'o', U"оοօ"}, {'p', U"рρ"}, {'q', U"ԛ"},  {'r', U"г"},
    {'s', U"ѕ"},   {'t', U"т"},  {'u', U"υս"},  {'v', U"νѵ"}, {'w', U"ԝѡ"}, {'x', U"х"},
    {'y', U"уγ"},  {'z', U"ᴢ"},
}};

char latin_of(char32_t c) {
  if (c < 0x80) return static_cast<char>(c);
  const auto* const found = std::ranges::find_if(lookalikes, [c](const auto& entry) {
    return entry.second.find(c) != std::u32string_view::npos;
  });
  return found == lookalikes.end() ? '\0' : found->first;
}

char letter_for(char c) {
  constexpr std::string_view digits = "0134578@$";
  constexpr std::string_view letters = "oieastbas";
  const std::size_t at = digits.find(c);
  return at == digits.npos ? c : letters[at];
}

bool is_word(char c) {
  return !is_ascii(c) || is_lower(c) || is_digit(c) || c == '@' || c == '$';
}

// The word in Latin letters, one byte for each character; nullopt: it is of another script, or
// plain.
std::optional<std::string> plain_word(std::string_view word) {
  std::string plain;
  std::size_t letters = 0;
  std::size_t others = 0;
  for (std::string_view rest = word; !rest.empty();) {
    const char latin = latin_of(take_code_point(rest).value_or(0));
    if (latin == '\0') return std::nullopt;
    letters += is_lower(latin) ? 1 : 0;
    others += is_lower(latin) ? 0 : 1;
    plain += letter_for(latin);
  }
  const bool disguised = plain.size() < word.size() || (letters > 0 && others > 0);
  return disguised && letters > 0 ? std::optional(plain) : std::nullopt;
}

// Appends what stands at [begin, end) of `from`.
void append_range(FoldedText& to, const FoldedText& from, std::size_t begin, std::size_t end) {
  to.text.append(from.text, begin, end - begin);
  to.origin.insert(to.origin.end(), from.origin.begin() + static_cast<std::ptrdiff_t>(begin),
                   from.origin.begin() + static_cast<std::ptrdiff_t>(end));
}

FoldedText with_plain_words(const FoldedText& folded) {
  FoldedText plain;
  const std::string_view text = folded.text;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    const auto word = plain_word(text.substr(begin, end - begin));
    if (word) {
      plain.text += *word;
      // One byte for each character: its place is that of the character's first byte.
      for (std::size_t at = begin; at < end; ++at) {
        const bool first = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
        if (first) plain.origin.push_back(folded.origin[at]);
      }
    } else {
      append_range(plain, folded, begin, end);
    }
    if (end == begin) append_range(plain, folded, begin, ++end);
    begin = end;
  }
  plain.origin.push_back(folded.origin.back());
  return plain;
}

// How many letters stand apart from `at` on ("i g n o r e"); `end` is one past them.
std::size_t letters_apart(std::string_view text, std::size_t at, std::size_t& end) {
  constexpr std::string_view separators = " .-_*|";
  std::size_t letters = 0;
  for (end = at; at < text.size() && is_lower(text[at]); ++letters) {
    end = at + 1;
    if (end < text.size() && separators.find(text[end]) == separators.npos) {
      return is_word(text[end]) ? 0 : letters + 1;
    }
    at = text.find_first_not_of(' ', end + 1);
    if (at == text.npos || at > end + 3) return letters + 1;
  }
  return letters;
}

// Two spaces stand between words whose letters stand apart.
FoldedText with_joined_letters(const FoldedText& folded) {
  FoldedText joined;
  const std::string_view text = folded.text;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    const bool begins = at == 0 || !is_word(text[at - 1]);
    std::size_t last = end;
    const bool apart = begins && letters_apart(text, at, last) >= apart_letters_min;
    if (!apart) {
      append_range(joined, folded, at, end);
    } else {
      end = last;
      for (std::size_t i = at; i < end; ++i) {
        const bool gap = text[i] == ' ' && i + 1 < end && text[i + 1] == ' ';
        if (is_lower(text[i]) || gap) append_range(joined, folded, i, i + 1);
      }
    }
    at = end;
  }
  joined.origin.push_back(folded.origin.back());
  return joined;
}

bool is_readable(std::string_view text) {
  if (text.size() < encoded_bytes_min / 2) return false;
  std::size_t letters = 0;
  for (const char c : text) {
    if (is_ascii(c) && (c < ' ' || c == 0x7F) && c != '\n') return false;
    letters += !is_ascii(c) || is_lower(c) || is_upper(c) || c == ' ' ? 1 : 0;
  }
  return letters * 10 >= text.size() * 8;
}

int base64_digit(char c) {
  if (is_upper(c)) return c - 'A';
  if (is_lower(c)) return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string from_base64(std::string_view digits) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : digits) {
    bits = bits << 6 | static_cast<std::uint32_t>(base64_digit(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return bytes;
}

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(hex_digit(digits[i]) * 16 + hex_digit(digits[i + 1])));
  }
  return bytes;
}

std::string from_percent(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                       hex_digit(text[i + 2]) >= 0;
    bytes.push_back(coded ? from_hex(text.substr(i + 1, 2)).front() : text[i]);
    if (coded) i += 2;
  }
  return bytes;
}

void add_part(std::vector<FoldedText>& parts, const std::string& decoded, TextRange at) {
  if (!is_readable(decoded)) return;
  FoldedText part = undisguised(decoded);
  std::ranges::fill(part.origin, static_cast<std::uint32_t>(at.begin));
  part.origin.back() = static_cast<std::uint32_t>(at.end);
  parts.push_back(std::move(part));
}

// Runs of a code's characters, decoded.
template <class IsDigit, class Decode>
void add_runs(std::vector<FoldedText>& parts, std::string_view text, IsDigit is_code,
              Decode decode) {
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_code(text[end])) ++end;
    if (end - begin >= encoded_bytes_min) {
      add_part(parts, decode(text.substr(begin, end - begin)), {begin, end});
    }
    begin = end + 1;
  }
}

std::string turned(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (is_lower(c)) c = static_cast<char>('a' + (c - 'a' + 13) % 26);
  }
  return out;
}

}  // namespace

FoldedText undisguised(std::string_view text) {
  return with_plain_words(with_joined_letters(fold_text(text, Letters::case_folded)));
}

std::vector<FoldedText> decoded_parts(std::string_view text) {
  std::vector<FoldedText> parts;
  add_runs(parts, text, [](char c) { return base64_digit(c) >= 0; }, from_base64);
  add_runs(parts, text, [](char c) { return hex_digit(c) >= 0; }, from_hex);
  const auto in_url = [](char c) { return is_ascii(c) && c > ' '; };
  add_runs(parts, text, in_url, [](std::string_view run) {
    return run.contains('%') ? from_percent(run) : std::string();
  });
  FoldedText whole = fold_text(text, Letters::case_folded);
  whole.text = turned(whole.text);
  parts.push_back(std::move(whole));
  return parts;
}

}  // namespace seekd::policy
