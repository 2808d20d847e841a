#include "daemon/answer/text_units.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include "daemon/answer/stem.h"
#include "daemon/answer/word_lists.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t quote_bytes_max = 2000;

// One character of the text and where it stands.
struct Character {
  char32_t value = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

Character read_character(std::string_view text, std::size_t at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto next = static_cast<std::int32_t>(at);
  UChar32 value = 0;
  // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): ICU's macro
  U8_NEXT_OR_FFFD(bytes, next, static_cast<std::int32_t>(text.size()), value);
  return {static_cast<char32_t>(value), at, static_cast<std::size_t>(next)};
}

std::vector<Character> read_characters(std::string_view text) {
  std::vector<Character> characters;
  for (std::size_t at = 0; at < text.size(); at = characters.back().end) {
    characters.push_back(read_character(text, at));
  }
  return characters;
}

bool is_cjk(char32_t c) {
  if (c < 0x1100) return false;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
      return true;
    default:
      return false;
  }
}

bool is_word_character(char32_t c) {
  const auto value = static_cast<UChar32>(c);
  return (u_isalnum(value) || u_charType(value) == U_NON_SPACING_MARK) && !is_cjk(c);
}

bool is_digit(char32_t c) {
  return u_isdigit(static_cast<UChar32>(c));
}

// Characters that bind a word together when letters or digits stand on both sides; a comma binds
// digits alone.
bool binds(char32_t c, char32_t before, char32_t after) {
  if (c == U',') return is_digit(before) && is_digit(after);
  return std::u32string_view(U"._/-'’@:+").find(c) != std::u32string_view::npos;
}

void append_utf8(std::string& out, char32_t c) {
  std::array<std::uint8_t, U8_MAX_LENGTH> bytes{};
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, static_cast<UChar32>(c));
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

std::string fold(std::u32string_view word) {
  std::string out;
  for (const char32_t c : word) {
    append_utf8(out,
                static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT)));
  }
  return out;
}

// Each content token is what the words shortly before it are bound to.
void add_token(Token token, TextFacts& facts) {
  if (token.kind != Token::Kind::function) {
    for (auto binding = facts.bindings.rbegin();
         binding != facts.bindings.rend() && binding->next.size() < binding_reach; ++binding) {
      binding->next.push_back(token.text);
    }
  }
  facts.sequence.push_back(std::move(token));
}

void add_negation(TextFacts& facts) {
  facts.negated = true;
  facts.bindings.push_back({std::string(negation_word), {}});
  facts.sequence.push_back({std::string(negation_word), Token::Kind::function});
}

// Of an amount and what it is of, the sign says the latter: "5 %" is not "5", nor is "€5" "$5".
std::string_view symbol_word(char32_t c) {
  constexpr std::array<std::pair<char32_t, std::string_view>, 11> words{{{U'%', "percent"},
                                                                         {U'％', "percent"},
                                                                         {U'‰', "permille"},
                                                                         {U'$', "$"},
                                                                         {U'＄', "$"},
                                                                         {U'€', "€"},
                                                                         {U'£', "£"},
                                                                         {U'¥', "¥"},
                                                                         {U'￥', "¥"},
                                                                         {U'°', "°"},
                                                                         {U'℃', "°"}}};
  const auto* found = std::ranges::find(words, c, &std::pair<char32_t, std::string_view>::first);
  return found == words.end() ? std::string_view() : found->second;
}

void add_content(const std::string& word, TextFacts& facts) {
  facts.terms.push_back(word);
  add_token({word, Token::Kind::content}, facts);
}

// "212 million" is not "212".
bool is_scale(std::string_view word) {
  constexpr std::array<std::string_view, 6> scales{"hundred", "thousand", "million",
                                                   "billion", "万",       "亿"};
  return std::ranges::find(scales, word) != scales.end();
}

bool follows_number(const TextFacts& facts) {
  return !facts.numbers.empty() && !facts.sequence.empty() &&
         facts.sequence.back().text == facts.numbers.back();
}

// REQUIRES: follows_number().
void scale_number(std::string_view scale, TextFacts& facts) {
  facts.numbers.back() += scale;
  facts.terms.push_back(facts.numbers.back());
  facts.sequence.back().text = facts.numbers.back();
}

// A part of a compound: letters, digits and, between digits, '.' and ','. `sign` stands before it.
void read_part(std::u32string_view part, std::string_view sign, TextFacts& facts) {
  if (part.empty()) return;
  std::u32string plain(part);
  std::erase(plain, U',');
  const std::string folded = fold(plain);
  const std::string stemmed = stem(folded);
  facts.words.insert(stemmed);
  facts.words.insert(folded);
  if (is_negation(folded)) return add_negation(facts);
  if (is_condition(folded)) facts.conditional = true;
  const std::string number = std::ranges::any_of(plain, is_digit)
                                 ? std::string(sign) + folded
                                 : std::string(number_of_word(folded).value_or(""));
  if (!number.empty()) {
    if (is_scale(number) && follows_number(facts)) return scale_number(number, facts);
    facts.numbers.push_back(number);
    return add_content(number, facts);
  }
  if (is_function_word(folded)) {
    add_token({folded, Token::Kind::function}, facts);
    if (is_qualifier(folded)) facts.bindings.push_back({folded, {}});
    return;
  }
  add_content(folded == "percent" ? folded : stemmed, facts);
}

// The comma at `at` has three digits behind it and one to three before it: "1,024".
bool groups_thousands(std::u32string_view compound, std::size_t at) {
  constexpr std::size_t group = 3;
  std::size_t behind = 0;
  while (at + 1 + behind < compound.size() && is_digit(compound[at + 1 + behind])) ++behind;
  std::size_t before = 0;
  while (before < at && is_digit(compound[at - 1 - before])) ++before;
  return behind == group && before >= 1 && before <= group;
}

bool separates_parts(std::u32string_view compound, std::size_t at) {
  const char32_t c = compound[at];
  if (c == U',') return !groups_thousands(compound, at);
  if (c != U'.' && c != U':') return !is_word_character(c);
  return !(is_digit(compound[at - 1]) && is_digit(compound[at + 1]));
}

// A word with what binds it: "apt-get", "/etc/fstab" without its first '/', "Debian's", "1,024.5".
void read_compound(std::u32string_view compound, std::string_view sign, TextFacts& facts) {
  const bool negated = compound.ends_with(U"n't") || compound.ends_with(U"n’t");
  const std::size_t apostrophe = compound.find_first_of(U"'’");
  if (apostrophe != std::u32string_view::npos) compound = compound.substr(0, apostrophe);
  std::size_t begin = 0;
  bool numeric = true;
  for (std::size_t at = 0; at < compound.size(); ++at) {
    numeric = numeric && (is_digit(compound[at]) || !is_word_character(compound[at]));
    if (!separates_parts(compound, at)) continue;
    read_part(compound.substr(begin, at - begin), begin == 0 ? sign : "", facts);
    begin = at + 1;
  }
  read_part(compound.substr(begin), begin == 0 ? sign : "", facts);
  if (negated) add_negation(facts);
  if (!numeric && compound.find_first_of(U"/_.") != std::u32string_view::npos) {
    facts.literals.push_back(to_utf8(compound));
  }
}

std::size_t numeral_end(std::u32string_view run, std::size_t at) {
  while (at < run.size() && is_numeral_ideograph(run[at])) ++at;
  return at;
}

void read_ideograph(char32_t character, TextFacts& facts) {
  if (is_negation_ideograph(character)) return add_negation(facts);
  const std::string text = to_utf8(std::u32string_view(&character, 1));
  if (is_scale(text) && follows_number(facts)) return scale_number(text, facts);
  const bool function = is_function_ideograph(character);
  add_token({text, function ? Token::Kind::function : Token::Kind::ideograph}, facts);
}

void read_cjk_run(std::u32string_view run, TextFacts& facts) {
  if (holds_condition(run)) facts.conditional = true;
  std::size_t numeral = 0;  // up to here a number has been read
  for (std::size_t at = 0; at < run.size(); ++at) {
    facts.ideographs.insert(run[at]);
    if (at >= numeral) {
      numeral = numeral_end(run, at);
      const auto number = number_of_numerals(run.substr(at, numeral - at));
      if (number) facts.numbers.push_back(*number);
      // A numeral alone is part of a word more often than an amount: it is compared as it stands.
      if (number && numeral - at > 1) {
        add_token({*number, Token::Kind::content}, facts);
      } else {
        numeral = at + 1;
        read_ideograph(run[at], facts);
      }
    }
    if (at + 1 == run.size()) break;
    if (is_function_ideograph(run[at]) && is_function_ideograph(run[at + 1])) continue;
    facts.terms.push_back(to_utf8(run.substr(at, 2)));
  }
  if (run.size() == 1 && !is_function_ideograph(run[0])) facts.terms.push_back(to_utf8(run));
}

void read_quotes(std::string_view text, TextFacts& facts) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> marks{
      {{"\"", "\""}, {"“", "”"}, {"«", "»"}, {"「", "」"}, {"『", "』"}, {"《", "》"}, {"`", "`"}}};
  for (const auto& [open, close] : marks) {
    for (std::size_t at = text.find(open); at != std::string_view::npos; at = text.find(open, at)) {
      const std::size_t begin = at + open.size();
      const std::size_t end = text.find(close, begin);
      if (end == std::string_view::npos) break;
      if (end > begin && end - begin <= quote_bytes_max) {
        facts.quotes.emplace_back(text.substr(begin, end - begin));
      }
      at = end + close.size();
    }
  }
}

// The end of the word that begins at `at`.
std::size_t compound_end(const std::vector<Character>& characters, std::size_t at) {
  while (at < characters.size()) {
    if (is_word_character(characters[at].value)) {
      ++at;
    } else if (at + 1 < characters.size() && is_word_character(characters[at + 1].value) &&
               binds(characters[at].value, characters[at - 1].value, characters[at + 1].value)) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

// "1 024" with spaces that hold a number together is "1024".
std::vector<Character> with_joined_numbers(std::vector<Character> characters) {
  constexpr std::u32string_view spaces = U"\u00a0\u2009\u202f";
  const auto digit_at = [&](std::size_t at) {
    return at < characters.size() && is_digit(characters[at].value);
  };
  std::vector<Character> joined;
  for (std::size_t at = 0; at < characters.size(); ++at) {
    const bool space = at > 0 && spaces.contains(characters[at].value);
    if (space && digit_at(at - 1) && digit_at(at + 1) && digit_at(at + 2) && digit_at(at + 3) &&
        !digit_at(at + 4)) {
      continue;
    }
    joined.push_back(characters[at]);
  }
  return joined;
}

// "-5" and "−5" where a word may begin; "3-5" is a range.
bool is_minus_before(std::u32string_view values, std::size_t at) {
  if (at == 0 || (values[at - 1] != U'-' && values[at - 1] != U'−')) return false;
  return at == 1 || !(is_word_character(values[at - 2]) || is_cjk(values[at - 2]));
}

struct CloseBreaks {
  void operator()(UBreakIterator* breaks) const { ubrk_close(breaks); }
};
using Breaks = std::unique_ptr<UBreakIterator, CloseBreaks>;

// Opening one reads ICU's rules and abbreviations, a hundred times as long as a copy takes. The
// prototype is never moved over a text, so that any thread may copy it.
Breaks sentence_breaks(UErrorCode* status) {
  static const struct Prototype {
    UErrorCode status = U_ZERO_ERROR;
    Breaks breaks{ubrk_open(UBRK_SENTENCE, "en@ss=standard", nullptr, 0, &status)};
  } prototype;
  *status = prototype.status;
  return U_SUCCESS(*status) ? Breaks(ubrk_clone(prototype.breaks.get(), status)) : nullptr;
}

struct CloseText {
  void operator()(UText* text) const { utext_close(text); }
};

ByteRange trimmed(std::string_view text, ByteRange range) {
  constexpr std::string_view space = " \t\r\n\v\f";
  while (range.begin < range.end && space.contains(text[range.begin])) ++range.begin;
  while (range.end > range.begin && space.contains(text[range.end - 1])) --range.end;
  return range;
}

}  // namespace

std::vector<ByteRange> split_sentences(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, CloseText> native(
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status));
  const Breaks breaks = U_SUCCESS(status) ? sentence_breaks(&status) : nullptr;
  if (U_SUCCESS(status)) ubrk_setUText(breaks.get(), native.get(), &status);
  std::vector<ByteRange> sentences;
  const auto add = [&](std::size_t begin, std::size_t end) {
    const ByteRange range = trimmed(text, {begin, end});
    if (range.begin < range.end) sentences.push_back(range);
  };
  if (U_FAILURE(status)) {
    add(0, text.size());
    return sentences;
  }
  std::int32_t begin = ubrk_first(breaks.get());
  for (std::int32_t end = ubrk_next(breaks.get()); end != UBRK_DONE;
       end = ubrk_next(breaks.get())) {
    add(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
    begin = end;
  }
  return sentences;
}

TextFacts read_facts(std::string_view text) {
  TextFacts facts;
  read_quotes(text, facts);
  const std::vector<Character> characters = with_joined_numbers(read_characters(text));
  std::u32string values;
  values.reserve(characters.size());
  for (const Character& character : characters) values.push_back(character.value);
  for (std::size_t at = 0; at < values.size();) {
    std::size_t end = at + 1;
    if (is_cjk(values[at])) {
      while (end < values.size() && is_cjk(values[end])) ++end;
      read_cjk_run(std::u32string_view(values).substr(at, end - at), facts);
    } else if (is_word_character(values[at])) {
      end = compound_end(characters, at);
      const bool negative = is_digit(values[at]) && is_minus_before(values, at);
      read_compound(std::u32string_view(values).substr(at, end - at), negative ? "-" : "", facts);
    } else if (const std::string_view word = symbol_word(values[at]); !word.empty()) {
      add_content(std::string(word), facts);
    }
    at = end;
  }
  return facts;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace seekd::daemon
