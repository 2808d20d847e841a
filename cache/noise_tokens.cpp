#include "cache/noise_tokens.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cache/index/characters.h"
#include "policy/ascii.h"
#include "policy/utf8.h"

namespace seekd::cache {
namespace {

using policy::is_digit;

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> read() {
    while (i_ < text_.size()) {
      const std::string_view character = policy::character_at(text_, i_);
      if (is_digit(text_[i_])) {
        read_number();
      } else if (is_letter(character)) {
        read_word();
      } else {
        if (is_space(character) || character == "\u00a0") {
          spaced_ = true;
        } else {
          add(TokenKind::sign, i_, i_ + character.size());
        }
        i_ += character.size();
      }
    }
    return std::move(tokens_);
  }

 private:
  // Letters beyond ASCII but ideographs count as parts of words; a few signs among them do no harm.
  static bool is_letter(std::string_view character) {
    if (character.size() == 1) return is_alpha(character[0]);
    return character.size() == 2 && character != "\u00a9" && character != "\u00a0" &&
           character != "\u00b7";
  }

  void read_number() {
    const std::size_t begin = i_;
    while (i_ < text_.size() && is_digit(text_[i_])) {
      ++i_;
      const bool joins = i_ + 1 < text_.size() && (text_[i_] == '.' || text_[i_] == ',') &&
                         is_digit(text_[i_ + 1]);
      if (joins) ++i_;
    }
    // "3rd", "5f1c": a word that begins with digits; "12k" is a number.
    if (i_ < text_.size() && is_alpha(text_[i_])) {
      const char suffix = lower(text_[i_]);
      const bool ends = i_ + 1 == text_.size() || !is_alpha(text_[i_ + 1]);
      if (!ends || (suffix != 'k' && suffix != 'm' && suffix != 'h' && suffix != 'd')) {
        return read_word(begin);
      }
      if (suffix == 'k') ++i_;
    }
    add(TokenKind::number, begin, i_);
  }

  void read_word() { read_word(i_); }

  void read_word(std::size_t begin) {
    while (i_ < text_.size()) {
      const std::string_view character = policy::character_at(text_, i_);
      const bool joiner = (character == "-" || character == "_") && i_ + 1 < text_.size() &&
                          (is_digit(text_[i_ + 1]) || is_alpha(text_[i_ + 1]));
      if (!joiner && !is_letter(character) && !is_digit(character[0])) break;
      i_ += character.size();
    }
    add(TokenKind::word, begin, i_);
  }

  void add(TokenKind kind, std::size_t begin, std::size_t end) {
    const std::string_view written = text_.substr(begin, end - begin);
    tokens_.push_back({.kind = kind,
                       .text = lower_ascii(written),
                       .written = written,
                       .spaced = std::exchange(spaced_, false)});
  }

  std::string_view text_;
  std::size_t i_ = 0;
  bool spaced_ = false;  // white space was passed since the last token
  std::vector<Token> tokens_;
};

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

std::vector<Token> noise_tokens(std::string_view text) {
  return Tokenizer(text).read();
}

}  // namespace seekd::cache
