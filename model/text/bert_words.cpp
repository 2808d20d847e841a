#include "model/text/bert_words.h"

#include <algorithm>
#include <cstddef>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "model/text/utf8.h"

namespace seekd::model {
namespace {

constexpr std::int32_t kReplacement = 0xFFFD;
constexpr std::int32_t kCapitalIWithDot = 0x130;  // the one whose lower case is two characters

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_white_space(std::int32_t character) {
  return u_hasBinaryProperty(character, UCHAR_WHITE_SPACE) != 0;
}

// huggingface/tokenizers has the tables of Unicode 8: a later character has no category for it.
constexpr std::uint8_t kUnicodeVersion = 8;

std::uint32_t category(std::int32_t character) {
  UVersionInfo age;
  u_charAge(character, age);
  return age[0] > kUnicodeVersion ? 0 : U_GET_GC_MASK(character);
}

bool is_control(std::int32_t character) {
  if (character == '\t' || character == '\n' || character == '\r') return false;
  return (category(character) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0;
}

// BERT's own list (google-research/bert, tokenization.py), which is older than the later blocks.
bool is_ideograph(std::int32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

// Every ASCII character that is neither letter, digit, space nor control counts, "$" and "+" too.
bool is_punctuation(std::int32_t c) {
  if (c < 0x80) return c > ' ' && c != 0x7F && !u_isalnum(c);
  return (category(c) & U_GC_P_MASK) != 0;
}

void append(std::int32_t character, std::string& out) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, character);
  out.append(bytes, static_cast<std::size_t>(length));
}

// `change(character, out)` of every character.
template <class Change>
std::string rewrite(std::string_view text, Change change) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0; at < text.size();) change(next_character(text, at), out);
  return out;
}

std::string clean_text(std::string_view text) {
  return rewrite(text, [](std::int32_t c, std::string& out) {
    if (c == 0 || c == kReplacement || is_control(c)) return;
    append(is_white_space(c) ? ' ' : c, out);
  });
}

std::string set_ideographs_apart(std::string_view text) {
  return rewrite(text, [](std::int32_t c, std::string& out) {
    if (!is_ideograph(c)) return append(c, out);
    out += ' ';
    append(c, out);
    out += ' ';
  });
}

// ICU's tables are linked in: it fails when memory is out alone, and then the accents stay.
std::string without_accents(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(error);
  std::string decomposed;
  icu::StringByteSink<std::string> sink(&decomposed, static_cast<std::int32_t>(text.size()));
  if (U_SUCCESS(error))
    nfd->normalizeUTF8(0, {text.data(), static_cast<std::int32_t>(text.size())}, sink, nullptr,
                       error);
  if (U_FAILURE(error)) return std::string(text);
  return rewrite(decomposed, [](std::int32_t c, std::string& out) {
    if ((category(c) & U_GC_MN_MASK) == 0) append(c, out);
  });
}

std::string lower_case(std::string_view text) {
  return rewrite(text, [](std::int32_t c, std::string& out) {
    append(c == kCapitalIWithDot ? 'i' : u_tolower(c), out);
    if (c == kCapitalIWithDot) append(0x307, out);
  });
}

// The same without Unicode's tables, which most of a text can do without.
std::string normalize_ascii(const BertWords& words, std::string_view text) {
  std::string normal;
  normal.reserve(text.size());
  for (char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    const bool control = (c >= 0 && c < ' ') || c == 0x7F;
    if (words.clean == CleanText::yes) {
      if (control && c != '\t' && c != '\n' && c != '\r') continue;
      if (space) c = ' ';
    }
    normal += words.fold == FoldCase::yes && c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return normal;
}

}  // namespace

std::string BertWords::normalize(std::string_view text) const {
  if (is_ascii(text)) return normalize_ascii(*this, text);
  std::string normal;
  append_valid_utf8(text, normal);
  if (clean == CleanText::yes) normal = clean_text(normal);
  if (ideographs == SplitIdeographs::yes) normal = set_ideographs_apart(normal);
  if (accents == StripAccents::yes) normal = without_accents(normal);
  if (fold == FoldCase::yes) normal = lower_case(normal);
  return normal;
}

std::vector<std::string_view> split_bert_words(std::string_view normal) {
  std::vector<std::string_view> words;
  words.reserve(normal.size() / 5);
  std::size_t begin = 0;
  const auto close = [&](std::size_t end) {
    if (end > begin) words.push_back(normal.substr(begin, end - begin));
  };
  for (std::size_t at = 0; at < normal.size();) {
    const std::size_t character = at;
    const std::int32_t c = next_character(normal, at);
    const bool space = is_white_space(c);
    if (!space && !is_punctuation(c)) continue;
    close(character);
    if (!space) words.push_back(normal.substr(character, at - character));
    begin = at;
  }
  close(normal.size());
  return words;
}

}  // namespace seekd::model
