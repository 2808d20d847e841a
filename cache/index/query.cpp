#include "cache/index/query.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "cache/index/characters.h"
#include "policy/utf8.h"

namespace seekd::cache {
namespace {

struct Quotes {
  std::string_view open;
  std::string_view close;
};

constexpr std::array<Quotes, 8> quotes{{{"\"", "\""},
                                        {"“", "”"},
                                        {"„", "“"},
                                        {"„", "”"},
                                        {"«", "»"},
                                        {"「", "」"},
                                        {"『", "』"},
                                        {"＂", "＂"}}};

bool ends_word(std::string_view rest) {
  if (rest.empty()) return true;
  const std::string_view character = policy::character_at(rest, 0);
  return is_space(character) || std::string_view(".,;:!?)]}").contains(character);
}

class QueryReader {
 public:
  explicit QueryReader(std::string_view text) : rest_(text) {}

  WrittenQuery read() {
    for (bool between_words = true; !rest_.empty();) {
      if (between_words && take_excluded()) continue;
      if (const auto phrase = take_phrase(between_words)) {
        query_.phrases.emplace_back(*phrase);
        query_.words.append(1, ' ').append(*phrase).append(1, ' ');
        between_words = true;
        continue;
      }
      const std::string_view character = policy::character_at(rest_, 0);
      between_words = is_space(character) || character == "(";
      query_.words += character;
      rest_.remove_prefix(character.size());
    }
    return std::move(query_);
  }

 private:
  // The inside of the quotation marks that the rest begins with. A typewriter's marks are told from
  // inches and such by what is around them.
  std::optional<std::string_view> take_phrase(bool between_words) {
    for (const auto& [open, close] : quotes) {
      if (!rest_.starts_with(open) || (open == close && !between_words)) continue;
      const std::string_view inside = rest_.substr(open.size());
      const std::size_t end = inside.find(close);
      if (end == inside.npos || end == 0) continue;
      const std::string_view after = inside.substr(end + close.size());
      if (open == close && !ends_word(after)) continue;
      rest_ = after;
      return inside.substr(0, end);
    }
    return std::nullopt;
  }

  bool take_excluded() {
    if (rest_.size() < 2 || rest_[0] != '-') return false;
    const char next = rest_[1];
    if (next == '-' || (next >= '0' && next <= '9') || is_space(policy::character_at(rest_, 1))) {
      return false;
    }
    rest_.remove_prefix(1);
    if (const auto phrase = take_phrase(/*between_words=*/true)) {
      query_.excluded.emplace_back(*phrase);
      return true;
    }
    std::size_t end = 0;
    while (end < rest_.size() && !is_space(policy::character_at(rest_, end))) {
      end += policy::character_at(rest_, end).size();
    }
    query_.excluded.emplace_back(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return true;
  }

  std::string_view rest_;
  WrittenQuery query_;
};

}  // namespace

WrittenQuery read_query(std::string_view text) {
  return QueryReader(text).read();
}

}  // namespace seekd::cache
