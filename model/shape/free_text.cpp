#include "model/shape/free_text.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/text/call_words.h"

namespace seekd::model {
namespace {

constexpr unsigned bytes = 256;

// For each number of the mark's bytes that the text ends with, what the next byte makes of it
// (Knuth, Morris, Pratt, "Fast Pattern Matching in Strings", SIAM J. Comput. 6(2), 1977).
std::vector<std::vector<std::size_t>> steps_of(std::string_view mark) {
  std::vector<std::vector<std::size_t>> steps(mark.size(), std::vector<std::size_t>(bytes));
  std::size_t border = 0;  // where the text behind its first byte would be
  for (std::size_t matched = 0; matched < mark.size(); ++matched) {
    if (matched > 0) steps[matched] = steps[border];
    const auto byte = static_cast<std::uint8_t>(mark[matched]);
    if (matched > 0) border = steps[border][byte];
    steps[matched][byte] = matched + 1;
  }
  return steps;
}

}  // namespace

void add_free_until(GrammarBuilder& builder, StateId first, std::string_view mark,
                    std::optional<StateId> behind) {
  const auto steps = steps_of(mark);
  const auto lead = static_cast<std::uint8_t>(mark_byte);
  const bool token = mark.front() == mark_byte;
  std::vector<StateId> states;
  for (std::size_t matched = 0; matched < mark.size(); ++matched) {
    states.push_back(builder.state());
    if (!token || matched == 0) builder.end(states.back());
  }
  const auto target = [&](std::size_t matched, unsigned byte) -> std::optional<StateId> {
    const std::size_t next = steps[matched][byte];
    if (next == mark.size()) return behind;
    const bool foreign = token ? (byte == lead || matched > 0) && next == 0 : byte == lead;
    return foreign ? std::nullopt : std::optional(states[next]);
  };
  const auto add_edges = [&](StateId from, std::size_t matched) {
    for (unsigned begin = 0; begin < bytes;) {
      const auto to = target(matched, begin);
      unsigned end = begin + 1;
      while (end < bytes && target(matched, end) == to) ++end;
      if (to) {
        builder.byte(from, static_cast<std::uint8_t>(begin), static_cast<std::uint8_t>(end - 1),
                     *to);
      }
      begin = end;
    }
  };
  add_edges(first, 0);
  for (std::size_t matched = 0; matched < mark.size(); ++matched) {
    add_edges(states[matched], matched);
  }
}

}  // namespace seekd::model
