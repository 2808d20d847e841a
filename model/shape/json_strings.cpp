#include "model/shape/json_strings.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

namespace seekd::model {
namespace {

constexpr char32_t ascii_max = 0x7F;

std::string utf8_of(char32_t character) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (character <= ascii_max) return {byte(character)};
  const auto tail = [&](unsigned shift) { return byte(0x80 | (character >> shift & 0x3F)); };
  if (character <= 0x7FF) return {byte(0xC0 | character >> 6), tail(0)};
  if (character <= 0xFFFF) return {byte(0xE0 | character >> 12), tail(6), tail(0)};
  return {byte(0xF0 | character >> 18), tail(12), tail(6), tail(0)};
}

}  // namespace

void JsonStrings::add(RuleId rule, const Length& length) {
  const auto [first, last] = builder_.part(rule);
  const StateId text = builder_.state();
  builder_.byte(first, '"', text);
  if (!length.any()) return counted(text, length, last);
  any_character(text, text);
  builder_.byte(text, '"', last);
}

// A state for each character, so what is no plain ASCII is a part of its own.
void JsonStrings::counted(StateId from, const Length& length, StateId last) {
  const std::uint32_t group = builder_.count_group();
  const auto count = static_cast<std::uint32_t>(length.most.value_or(length.least));
  for (std::uint32_t i = 0; !builder_.full(); ++i) {
    const auto needed = static_cast<std::uint32_t>(length.least) -
                        std::min(i, static_cast<std::uint32_t>(length.least));
    builder_.count(from, {group, needed, length.most ? count - i : ~std::uint32_t{0}});
    if (needed == 0) builder_.byte(from, '"', last);
    if (i == count) break;
    const StateId next = builder_.state();
    any_ascii(from, next);
    builder_.call(from, wide_character(), next);
    from = next;
  }
  if (!length.most) any_character(from, from);
}

JsonStrings::RuleId JsonStrings::wide_character() {
  if (!wide_) {
    wide_ = builder_.rule();
    const auto [first, last] = builder_.part(*wide_);
    beyond_ascii(first, last);
    any_escape(first, last);
  }
  return *wide_;
}

void JsonStrings::any_character(StateId from, StateId to) {
  any_ascii(from, to);
  beyond_ascii(from, to);
  any_escape(from, to);
}

void JsonStrings::any_ascii(StateId from, StateId to) {
  builder_.byte(from, 0x20, '"' - 1, to);
  builder_.byte(from, '"' + 1, '\\' - 1, to);
  builder_.byte(from, '\\' + 1, 0x7F, to);
}

void JsonStrings::beyond_ascii(StateId from, StateId to) {
  lower(from, {{ascii_max + 1, 0xD7FF}, {0xE000, character_max}}, to);
}

void JsonStrings::any_escape(StateId from, StateId to) {
  const StateId escape = builder_.state();
  builder_.byte(from, '\\', escape);
  for (const char name : std::string_view("\"\\/bfnrt")) builder_.byte(escape, name, to);
  const StateId code = builder_.state();
  builder_.byte(escape, 'u', code);
  const StateId no_surrogate = builder_.state();
  for (const auto& [first, last] :
       {std::pair{'0', '9'}, {'a', 'c'}, {'A', 'C'}, {'e', 'f'}, {'E', 'F'}}) {
    builder_.byte(code, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last),
                  no_surrogate);
  }
  hex(no_surrogate, 3, to);
  const StateId high_d = builder_.state();
  builder_.byte(code, 'd', high_d);
  builder_.byte(code, 'D', high_d);
  const StateId basic = builder_.state();
  builder_.byte(high_d, '0', '7', basic);
  hex(basic, 2, to);
  // A pair of surrogates, high and low.
  const StateId high = builder_.state();
  builder_.byte(high_d, '8', '9', high);
  for (const char digit : std::string_view("abAB")) builder_.byte(high_d, digit, high);
  const StateId behind_high = builder_.state();
  hex(high, 2, behind_high);
  const StateId low_d = builder_.state();
  builder_.text(behind_high, "\\u", low_d);
  const StateId low = builder_.state();
  builder_.byte(low_d, 'd', low);
  builder_.byte(low_d, 'D', low);
  const StateId low_digits = builder_.state();
  builder_.byte(low, 'c', 'f', low_digits);
  builder_.byte(low, 'C', 'F', low_digits);
  hex(low_digits, 2, to);
}

void JsonStrings::hex(StateId from, std::size_t digits, StateId to) {
  for (std::size_t digit = 1; digit <= digits; ++digit) {
    const StateId next = digit == digits ? to : builder_.state();
    builder_.byte(from, '0', '9', next);
    builder_.byte(from, 'a', 'f', next);
    builder_.byte(from, 'A', 'F', next);
    from = next;
  }
}

// The automaton, and beside it how many characters there are: a state for each pair that is
// reached.
void JsonStrings::add(RuleId rule, const CharacterAutomaton& automaton, const Length& length) {
  const auto [first, last] = builder_.part(rule);
  std::map<std::pair<std::uint32_t, std::size_t>, StateId> known;
  std::vector<std::pair<std::uint32_t, std::size_t>> waiting;
  const std::size_t counted_max = length.most.value_or(length.least);
  const auto place = [&](std::uint32_t state, std::size_t count) {
    const std::pair key{state, count};
    const auto [found, fresh] = known.try_emplace(key, 0);
    if (fresh) {
      found->second = builder_.state();
      waiting.push_back(key);
    }
    return found->second;
  };
  builder_.byte(first, '"', place(0, 0));
  while (!waiting.empty() && !builder_.full()) {
    const auto [state, count] = waiting.back();
    waiting.pop_back();
    const StateId here = place(state, count);
    if (automaton.states[state].ends && count >= length.least) builder_.byte(here, '"', last);
    if (length.most && count == *length.most) continue;
    for (const CharacterAutomaton::Edge& edge : automaton.states[state].edges) {
      lower(here, edge.characters, place(edge.to, std::min(count + 1, counted_max)));
    }
  }
}

void JsonStrings::lower(StateId from, const Characters& characters, StateId to) {
  for (CharacterRange range : characters) {
    for (; range.first < U' ' && range.first <= range.last; ++range.first) {
      lower_escaped(from, range.first, to);
    }
    for (const char32_t escaped : {U'"', U'\\'}) {
      if (range.first > escaped || escaped > range.last) continue;
      if (range.first < escaped) lower_range(from, {range.first, escaped - 1}, to);
      lower_escaped(from, escaped, to);
      range.first = escaped + 1;
    }
    if (range.first <= range.last) lower_range(from, range, to);
  }
}

// Other controls than those with a short escape are left out: no text needs them.
void JsonStrings::lower_escaped(StateId from, char32_t character, StateId to) {
  constexpr std::string_view meant = "\b\t\n\f\r\"\\";
  constexpr std::string_view names = "btnfr\"\\";
  const auto at = meant.find(static_cast<char>(character));
  if (at != meant.npos) builder_.text(from, std::string{'\\', names[at]}, to);
}

// By the lengths of their UTF-8 (RFC 3629 §3).
void JsonStrings::lower_range(StateId from, CharacterRange range, StateId to) {
  constexpr std::array<char32_t, 4> lasts = {0x7F, 0x7FF, 0xFFFF, character_max};
  for (const char32_t last : lasts) {
    if (range.first > last) continue;
    const char32_t end = std::min(range.last, last);
    lower_bytes(from, utf8_of(range.first), utf8_of(end), to);
    if (end == range.last) return;
    range.first = end + 1;
  }
}

// All sequences from the first to the last, in the order of their bytes.
void JsonStrings::lower_bytes(StateId from, std::string_view first, std::string_view last,
                              StateId to) {
  const auto low = static_cast<std::uint8_t>(first.front());
  const auto high = static_cast<std::uint8_t>(last.front());
  const std::size_t behind = first.size() - 1;
  if (behind == 0) return builder_.byte(from, low, high, to);
  const std::string least(behind, '\x80');
  const std::string most(behind, '\xBF');
  if (low == high) {
    const StateId next = builder_.state();
    builder_.byte(from, low, low, next);
    return lower_bytes(next, first.substr(1), last.substr(1), to);
  }
  std::uint8_t whole_first = low;
  std::uint8_t whole_last = high;
  if (first.substr(1) != least) {
    const StateId next = builder_.state();
    builder_.byte(from, low, low, next);
    ++whole_first;
    lower_bytes(next, first.substr(1), most, to);
  }
  if (last.substr(1) != most) {
    const StateId next = builder_.state();
    builder_.byte(from, high, high, next);
    --whole_last;
    lower_bytes(next, least, last.substr(1), to);
  }
  if (whole_first <= whole_last) builder_.byte(from, whole_first, whole_last, any_tail(behind, to));
}

StateId JsonStrings::any_tail(std::size_t length, StateId to) {
  if (length == 0) return to;
  const auto found = tails_.find({length, to});
  if (found != tails_.end()) return found->second;
  const StateId here = builder_.state();
  builder_.byte(here, 0x80, 0xBF, any_tail(length - 1, to));
  tails_.insert({{length, to}, here});
  return here;
}

void JsonStrings::add_other_names(RuleId rule, std::span<const std::string> names) {
  const auto [first, last] = builder_.part(rule);
  const StateId other = builder_.state();  // no name begins so
  any_ascii(other, other);
  builder_.byte(other, '"', last);
  std::map<std::string, StateId, std::less<>> known;  // by beginnings of names
  const auto place = [&](std::string_view begun) {
    const auto found = known.find(begun);
    return found != known.end() ? found->second
                                : known.emplace(begun, builder_.state()).first->second;
  };
  builder_.byte(first, '"', place(""));
  for (const std::string& name : names) {
    for (std::size_t length = 1; length <= name.size(); ++length) {
      place(std::string_view(name).substr(0, length));
    }
  }
  const std::set<std::string, std::less<>> whole(names.begin(), names.end());
  for (const auto& [begun, state] : known) {
    if (!whole.contains(begun)) builder_.byte(state, '"', last);
    unsigned rest = 0x20;
    for (unsigned byte = 0x20; byte <= ascii_max + 1; ++byte) {
      const auto next = known.find(begun + static_cast<char>(byte));
      const bool other_name =
          byte <= ascii_max && byte != '"' && byte != '\\' && next == known.end();
      if (other_name) continue;
      if (rest < byte) {
        builder_.byte(state, static_cast<std::uint8_t>(rest), static_cast<std::uint8_t>(byte - 1),
                      other);
      }
      rest = byte + 1;
      if (byte <= ascii_max && next != known.end()) {
        builder_.byte(state, static_cast<char>(byte), next->second);
      }
    }
  }
}

}  // namespace seekd::model
