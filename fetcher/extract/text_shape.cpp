#include "fetcher/extract/text_shape.h"

#include <algorithm>
#include <array>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace seekd::fetcher {
namespace {

constexpr double words_per_asian_character = 0.6;
constexpr std::size_t kind_words_max = 60;
constexpr std::size_t hashes_max = 400;
constexpr std::size_t bytes_per_word = 5;  // about

bool is_asian(UChar32 c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool is_digit(UChar32 c) {
  return c >= '0' && c <= '9';
}
bool is_upper(UChar32 c) {
  return c >= 'A' && c <= 'Z';
}
bool is_space(UChar32 c) {
  return c == ' ' || c == '\n' || c == '\t' || c == 0xA0 || c == 0x3000;
}

// Letters of a word, as far as counting goes: punctuation is not.
bool is_word(UChar32 c) {
  if (c < 0x80) return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  return u_isalnum(c) != 0;
}

void count_sign(UChar32 c, TextShape& shape) {
  switch (c) {
    case ',':
    case ';':
    case 0x3001:  // 、
    case 0xFF0C:  // ，
    case 0xFF1B:  // ；
      ++shape.commas;
      break;
    case '.':
    case '!':
    case '?':
    case 0x3002:  // 。
    case 0xFF01:  // ！
    case 0xFF1F:  // ？
      ++shape.sentences;
      break;
    case '|':
    case 0xA9:    // ©
    case 0xB7:    // ·
    case 0xBB:    // »
    case 0x203A:  // ›
    case 0x2022:  // •
    case 0x2192:  // →
      ++shape.marks;
      break;
    default:
      if (c == '$' || (c >= 0x80 && u_charType(c) == U_CURRENCY_SYMBOL)) ++shape.currency;
      break;
  }
}

void count_letter(UChar32 c, TextShape& shape) {
  if (is_space(c)) return;
  if (shape.letters++ == 0) shape.first = static_cast<char32_t>(c);
  shape.last = static_cast<char32_t>(c);
  if (is_asian(c)) {
    ++shape.asian;
  } else if (is_upper(c)) {
    ++shape.upper;
  } else if (is_digit(c)) {
    ++shape.digits;
  } else if (!is_word(c)) {
    count_sign(c, shape);
  }
}

// A word in the making, in lower case (ASCII).
class Word {
 public:
  static constexpr std::size_t kept_bytes_max = 16;  // longer ones are of no kind

  void add(std::string_view letters) {
    for (const char byte : letters) {
      hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;  // FNV-1a
      if (size_ < kept_bytes_max) kept_[size_] = byte;
      ++size_;
    }
  }
  bool empty() const { return size_ == 0; }
  std::uint64_t hash() const { return hash_; }
  // "" where it is too long.
  std::string_view text() const {
    return size_ > kept_bytes_max ? std::string_view{} : std::string_view{kept_.data(), size_};
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
  std::size_t size_ = 0;
  std::array<char, kept_bytes_max> kept_{};
};

// Reads a text code point by code point.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    shape_.hashes.reserve(std::min(hashes_max, text.size() / bytes_per_word + 1));
  }

  TextShape read() {
    for (std::size_t next = 0; next < text_.size();) {
      const std::size_t begin = next;
      const auto byte = static_cast<unsigned char>(text_[next]);
      UChar32 c = byte;
      if (byte < 0x80) {
        ++next;
      } else {
        // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): ICU's macro
        U8_NEXT(reinterpret_cast<const std::uint8_t*>(text_.data()), next, text_.size(), c);
      }
      count_letter(c, shape_);
      read(c, text_.substr(begin, next - begin));
    }
    end_word(1);
    if (shape_.letters < text_.size()) count_phrases(text_, shape_.kinds);  // not all is ASCII
    return std::move(shape_);
  }

 private:
  void read(UChar32 c, std::string_view letter) {
    if (is_asian(c)) {
      end_word(1);
      word_.add(letter);
      end_word(words_per_asian_character);
    } else if (is_upper(c)) {
      const char lower = static_cast<char>(c | 0x20);
      word_.add({&lower, 1});
    } else if (is_word(c)) {
      word_.add(letter);
    } else {
      end_word(1);
    }
  }

  void end_word(double counts) {
    if (word_.empty()) return;
    shape_.words += counts;
    if (shape_.hashes.size() < hashes_max) shape_.hashes.push_back(word_.hash());
    if (shape_.hashes.size() <= kind_words_max) count_word(word_.text(), shape_.kinds);
    word_ = {};
  }

  std::string_view text_;
  TextShape shape_;
  Word word_;
};

}  // namespace

TextShape shape_of(std::string_view text) {
  return Reader(text).read();
}

}  // namespace seekd::fetcher
