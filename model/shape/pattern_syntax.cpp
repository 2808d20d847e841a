#include "model/shape/pattern_syntax.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "model/text/utf8.h"

namespace seekd::model {
namespace {

constexpr std::size_t bytes_max = 4096;
constexpr unsigned depth_max = 32;
constexpr std::uint32_t repetitions_max = 10'000;

using Kind = PatternNode::Kind;

const Characters digits = {{'0', '9'}};
const Characters words = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
const Characters spaces = {{'\t', '\r'}, {' ', ' '}};
const Characters line_ends = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};

// ECMA-262 and Python differ in what is no digit beyond ASCII's graphic characters, and agree
// within.
Characters rest_of_ascii(const Characters& ranges) {
  Characters out;
  for (CharacterRange range : all_but(ranges)) {
    range = {std::max(range.first, U' '), std::min(range.last, U'~')};
    if (range.first <= range.last) out.push_back(range);
  }
  return out;
}

PatternNode characters_of(Characters characters) {
  return {.kind = Kind::characters, .characters = tidy(std::move(characters))};
}

// By recursive descent; the first fault ends it.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Result<PatternNode> read() {
    PatternNode whole = alternatives(0);
    if (!fault_ && !rest_.empty()) refuse(ErrorCode::invalid_argument, "has an unopened ')'");
    if (fault_) return std::unexpected(*fault_);
    return whole;
  }

 private:
  void refuse(ErrorCode code, std::string why) {
    if (!fault_) fault_ = Error{code, std::move(why)};
    rest_ = {};
  }
  void unsupported(const std::string& what) {
    refuse(ErrorCode::unsupported, "has " + what + ", which is not served");
  }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  PatternNode alternatives(unsigned depth) {
    PatternNode all{.kind = Kind::alternative};
    if (depth > depth_max) refuse(ErrorCode::too_large, "is nested too deeply");
    do {
      all.parts.push_back(sequence(depth));
    } while (take("|"));
    if (all.parts.size() == 1) return std::move(all.parts.front());
    return all;
  }

  PatternNode sequence(unsigned depth) {
    PatternNode all{.kind = Kind::sequence};
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      PatternNode next = atom(depth);
      const bool anchor = next.kind == Kind::begin || next.kind == Kind::end;
      if (!anchor) next = quantified(std::move(next));
      all.parts.push_back(std::move(next));
    }
    return all;
  }

  PatternNode atom(unsigned depth) {
    if (take("^")) return {.kind = Kind::begin};
    if (take("$")) return {.kind = Kind::end};
    if (take(".")) return characters_of(all_but(line_ends));
    if (take("(")) return group(depth);
    if (take("[")) return char_class();
    if (take("\\")) return characters_of(escape());
    if (std::string_view("*+?{").contains(rest_.front())) {
      refuse(ErrorCode::invalid_argument, "repeats nothing");
      return {};
    }
    const char32_t next = character();
    return characters_of({{next, next}});
  }

  PatternNode group(unsigned depth) {
    if (rest_.starts_with("?") && !take("?:")) unsupported("a group of the form (?…)");
    PatternNode inner = alternatives(depth + 1);
    if (!fault_ && !take(")")) refuse(ErrorCode::invalid_argument, "has an unclosed '('");
    return inner;
  }

  char32_t character() {
    std::size_t length = 0;
    const std::int32_t code = next_character(rest_, length);
    rest_.remove_prefix(length);
    if (code < 0) refuse(ErrorCode::invalid_argument, "is not UTF-8");
    return static_cast<char32_t>(std::max(code, 0));
  }

  PatternNode quantified(PatternNode node) {
    std::uint32_t least = 0;
    std::optional<std::uint32_t> most;
    if (take("+")) {
      least = 1;
    } else if (take("?")) {
      most = 1;
    } else if (take("{")) {
      if (!braces(least, most)) refuse(ErrorCode::invalid_argument, "has a '{' of no quantifier");
    } else if (!take("*")) {
      return node;
    }
    // The lazy form matches the same texts.
    if (!take("?") && rest_.starts_with("+")) unsupported("a possessive quantifier");
    if (!rest_.empty() && std::string_view("*?{").contains(rest_.front())) {
      refuse(ErrorCode::invalid_argument, "repeats a quantifier");
    }
    PatternNode repeated{.kind = Kind::repetition, .least = least, .most = most};
    repeated.parts.push_back(std::move(node));
    return repeated;
  }

  bool braces(std::uint32_t& least, std::optional<std::uint32_t>& most) {
    if (!number(least)) return false;
    most = least;
    if (take(",")) {
      std::uint32_t last = 0;
      most = number(last) ? std::optional(last) : std::nullopt;
    }
    if (most && *most < least) return false;
    if (std::max(least, most.value_or(0)) > repetitions_max) {
      refuse(ErrorCode::too_large, "repeats more than 10000 times");
    }
    return take("}") || fault_.has_value();
  }

  bool number(std::uint32_t& out) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  // What stands behind a backslash.
  Characters escape() {
    if (rest_.empty()) {
      refuse(ErrorCode::invalid_argument, "ends with a backslash");
      return {};
    }
    const char next = rest_.front();
    rest_.remove_prefix(1);
    switch (next) {
      case 'd':
        return digits;
      case 'w':
        return words;
      case 's':
        return spaces;
      case 'D':
        return rest_of_ascii(digits);
      case 'W':
        return rest_of_ascii(words);
      case 'S':
        return rest_of_ascii(spaces);
      case 'x':
        return code(2);
      case 'u':
        return code(4);
      default:
        return literal_escape(next);
    }
  }

  Characters literal_escape(char next) {
    constexpr std::string_view names = "tnrfv";
    constexpr std::string_view meant = "\t\n\r\f\v";
    if (const auto at = names.find(next); at != names.npos) return one(meant[at]);
    const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
    const bool digit = next >= '0' && next <= '9';
    if (letter || digit) unsupported(std::string("the escape \\") + next);
    if (static_cast<unsigned char>(next) >= 0x80) unsupported("an escape of a letter");
    return one(next);
  }

  static Characters one(char character) {
    return {{static_cast<char32_t>(character), static_cast<char32_t>(character)}};
  }

  Characters code(std::size_t length) {
    unsigned value = 0;
    const std::string_view hex = rest_.substr(0, length);
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (error != std::errc() || hex.size() < length || end != hex.data() + length) {
      refuse(ErrorCode::invalid_argument, "has an escape without its digits");
    } else if (value >= 0xD800 && value <= 0xDFFF) {
      unsupported("half of a surrogate pair");
    } else {
      rest_.remove_prefix(length);
    }
    return {{value, value}};
  }

  PatternNode char_class() {
    const bool negated = take("^");
    Characters all;
    bool by_name = false;  // \d and the like are among them
    while (!rest_.empty() && rest_.front() != ']') {
      const Characters first = class_item(by_name);
      const bool range = rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']';
      if (!range) {
        all.insert(all.end(), first.begin(), first.end());
        continue;
      }
      take("-");
      const Characters last = class_item(by_name);
      if (!is_one(first) || !is_one(last) || last.front().first < first.front().first) {
        refuse(ErrorCode::invalid_argument, "has a range in [] that is none");
        break;
      }
      all.push_back({first.front().first, last.front().first});
    }
    if (!fault_ && !take("]")) refuse(ErrorCode::invalid_argument, "has an unclosed '['");
    all = tidy(std::move(all));
    if (negated) all = by_name ? rest_of_ascii(all) : all_but(all);
    if (!fault_ && all.empty()) unsupported("a class that no character is of");
    return characters_of(std::move(all));
  }

  static bool is_one(const Characters& characters) {
    return characters.size() == 1 && characters.front().first == characters.front().last;
  }

  Characters class_item(bool& by_name) {
    if (!take("\\")) {
      const char32_t next = character();
      return {{next, next}};
    }
    if (take("b")) return one('\b');
    by_name = by_name || (!rest_.empty() && std::string_view("dwsDWS").contains(rest_.front()));
    return escape();
  }

  std::string_view rest_;
  std::optional<Error> fault_;
};

}  // namespace

Result<PatternNode> parse_pattern(std::string_view pattern) {
  if (pattern.size() > bytes_max) return fail(ErrorCode::too_large, "is longer than 4096 bytes");
  return Parser(pattern).read();
}

}  // namespace seekd::model
