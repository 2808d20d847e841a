#include "fetcher/extract/tag_scan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>

namespace seekd::fetcher {
namespace {

// The tokenizer's states inside a tag (WHATWG HTML §13.2.5.8 and §13.2.5.32 to .40).
enum State : std::uint8_t {
  tag_name,
  before_name,
  name,
  after_name,
  before_value,
  double_quoted,
  single_quoted,
  unquoted,
  state_count,
};

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r';
}
bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

State next_state(State state, char c) {
  switch (state) {
    case tag_name:
      return is_space(c) || c == '/' ? before_name : tag_name;
    case before_name:
      return is_space(c) || c == '/' ? before_name : name;
    case name:
    case after_name:
      if (c == '=') return before_value;
      if (c == '/') return before_name;
      return is_space(c) ? after_name : name;
    case before_value:
      if (c == '"') return double_quoted;
      if (c == '\'') return single_quoted;
      return is_space(c) ? before_value : unquoted;
    case double_quoted:
      return c == '"' ? before_name : double_quoted;
    case single_quoted:
      return c == '\'' ? before_name : single_quoted;
    case unquoted:
      return is_space(c) ? before_name : unquoted;
    case state_count:
      break;
  }
  return tag_name;
}

// All readings of the text at once: for each state, the most attributes that a reading in that
// state has seen.
class Readings {
 public:
  bool any() const { return live_ != 0; }
  std::size_t attributes() const { return attributes_; }    // the most that a tag has had
  std::size_t comparisons() const { return comparisons_; }  // of all tags that ended

  void open_tag() {
    if ((live_ & 1U << tag_name) == 0) seen_[tag_name] = 0;
    live_ |= 1U << tag_name;
  }

  // REQUIRES: any().
  void step(char c) {
    if ((live_ & (live_ - 1)) == 0) {  // one bit
      step_only_reading(c);
      return;
    }
    std::array<std::uint32_t, state_count> seen{};
    unsigned live = 0;
    for (unsigned rest = live_; rest != 0; rest &= rest - 1) {
      const auto from = static_cast<State>(std::countr_zero(rest));
      const std::uint32_t count = seen_[from];
      if (c == '>' && from != double_quoted && from != single_quoted) {
        comparisons_ += std::size_t{count} * count / 2;
        continue;
      }
      const State to = next_state(from, c);
      const bool begins = to == name && from != name;
      seen[to] = std::max(seen[to], count + (begins ? 1U : 0U));
      attributes_ = std::max<std::size_t>(attributes_, seen[to]);
      live |= 1U << to;
    }
    seen_ = seen;
    live_ = live;
  }

 private:
  // As step(), for the one reading that most of a page has.
  void step_only_reading(char c) {
    const auto from = static_cast<State>(std::countr_zero(live_));
    const std::uint32_t count = seen_[from];
    if (c == '>' && from != double_quoted && from != single_quoted) {
      comparisons_ += std::size_t{count} * count / 2;
      live_ = 0;
      return;
    }
    const State to = next_state(from, c);
    if (to == from) return;
    seen_[to] = count + (to == name && from != name ? 1U : 0U);
    attributes_ = std::max<std::size_t>(attributes_, seen_[to]);
    live_ = 1U << to;
  }

  std::array<std::uint32_t, state_count> seen_{};  // attributes, of a state that is live
  unsigned live_ = 0;                              // bit per state
  std::size_t attributes_ = 0;
  std::size_t comparisons_ = 0;
};

}  // namespace

Status check_tags(std::string_view html) {
  Readings readings;
  std::size_t tags = 0;
  for (std::size_t at = 0; at + 1 < html.size(); ++at) {
    if (!readings.any()) {
      at = html.find('<', at);
      if (at >= html.size() - 1) break;
    }
    if (readings.any()) readings.step(html[at]);
    if (html[at] != '<') continue;
    const char after = html[at + 1] == '/' && at + 2 < html.size() ? html[at + 2] : html[at + 1];
    if (!is_letter(after)) continue;
    readings.open_tag();
    if (++tags > tags_max) {
      return fail(ErrorCode::too_large,
                  "the page has more than " + std::to_string(tags_max) + " tags");
    }
    if (readings.attributes() > attributes_max ||
        readings.comparisons() > attribute_comparisons_max)
      break;
  }
  if (readings.attributes() > attributes_max) {
    return fail(ErrorCode::too_large, "a tag of the page has more than " +
                                          std::to_string(attributes_max) + " attributes");
  }
  if (readings.comparisons() > attribute_comparisons_max) {
    return fail(ErrorCode::too_large, "the page's tags have too many attributes");
  }
  return {};
}

}  // namespace seekd::fetcher
