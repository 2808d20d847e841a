// Grammar: the texts that an answer may be, byte by byte, and the builder that makes one.
//
// A pushdown automaton: states with edges that take a byte, and edges that call a part (a value
// inside a value) and go on where they say when it has ended. Parts are never empty and begin with
// a byte, so a call cannot come back to itself without one. Nothing is nested deeper than
// depth_max: a state says how many levels it needs at least to come to its part's end, and one that
// needs more than are left is not entered. So whatever text has begun can be ended. A Grammar is
// immutable; any thread.
//
// Y. Dong et al., "XGrammar: Flexible and Efficient Structured Generation Engine for Large Language
// Models", 2024; J. Earley, "An Efficient Context-Free Parsing Algorithm", CACM 13(2), 1970.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace seekd::model {

using StateId = std::uint32_t;

struct ByteEdge {
  std::uint8_t first = 0;
  std::uint8_t last = 0;
  StateId to = 0;
};

struct CallEdge {
  StateId part = 0;  // where it begins
  StateId back = 0;  // behind it
};

// A place in a text of counted characters: two whose counts are both beyond what a token can hold
// let the same tokens through.
struct Count {
  std::uint32_t group = 0;   // places of one text; 0: of none
  std::uint32_t needed = 0;  // characters before it may end
  std::uint32_t left = 0;    // before it must
};

class Grammar {
 public:
  static constexpr unsigned depth_max = 64;

  std::span<const ByteEdge> bytes(StateId state) const {
    return std::span(bytes_).subspan(states_[state].bytes,
                                     states_[state + 1].bytes - states_[state].bytes);
  }
  std::span<const CallEdge> calls(StateId state) const {
    return std::span(calls_).subspan(states_[state].calls,
                                     states_[state + 1].calls - states_[state].calls);
  }
  bool ends(StateId state) const { return states_[state].ends; }
  // Levels below this one that the way to the part's end takes at least.
  unsigned height(StateId state) const { return states_[state].height; }
  const Count& count(StateId state) const { return counts_[states_[state].count]; }

  // Where a text begins; and where one does that may have two spaces or line feeds before it.
  StateId start() const { return start_; }
  StateId start_spaced() const { return start_spaced_; }

  std::size_t size() const { return states_.size() - 1; }

  // What it was made of: the same text, the same grammar.
  const std::string& source() const { return source_; }

 private:
  friend class GrammarBuilder;
  struct State {
    std::uint32_t bytes = 0;  // its first edge; the last one is before the next state's
    std::uint32_t calls = 0;
    std::uint32_t count = 0;
    std::uint8_t height = 0;
    bool ends = false;
  };

  Grammar() = default;

  std::vector<State> states_;  // and one more, without edges
  std::vector<ByteEdge> bytes_;
  std::vector<CallEdge> calls_;
  std::vector<Count> counts_;
  StateId start_ = 0;
  StateId start_spaced_ = 0;
  std::string source_;
};

// One thread. What goes over its limits is left out, and finish() says so.
class GrammarBuilder {
 public:
  static constexpr std::size_t states_max = 60'000;
  static constexpr std::size_t edges_max = 600'000;

  // Alternatives: a value is of one of them.
  using RuleId = std::uint32_t;

  StateId state();
  void byte(StateId from, std::uint8_t first, std::uint8_t last, StateId to);
  void byte(StateId from, char only, StateId to);
  void text(StateId from, std::string_view text, StateId to);  // REQUIRES: not empty
  void skip(StateId from, StateId to);                         // without a byte
  void call(StateId from, RuleId rule, StateId back);
  void end(StateId state);
  void count(StateId state, Count count);
  std::uint32_t count_group() { return ++count_groups_; }

  // A text may be empty, though its parts are not.
  void allow_empty() { empty_ = true; }

  RuleId rule();
  void alternative(RuleId rule, StateId part);      // REQUIRES: part's first edges take bytes
  void alternatives_of(RuleId rule, RuleId other);  // all of the other's

  // One that begins at the first state, and ends at the second.
  std::pair<StateId, StateId> part(RuleId rule);

  bool full() const { return states_.size() >= states_max || edges_ >= edges_max; }

  enum class Fault : std::uint8_t {
    too_large,
    without_end,  // no text of it comes to its end within depth_max levels
  };
  // A text is of `root`. The builder is spent.
  std::optional<Grammar> finish(RuleId root, std::string source, Fault& fault);

 private:
  struct Call {
    RuleId rule;
    StateId back;
  };
  struct State {
    std::vector<ByteEdge> bytes;
    std::vector<Call> calls;
    std::vector<StateId> skips;
    Count count;
    bool ends = false;
  };
  struct Rule {
    std::vector<StateId> parts;
    std::vector<RuleId> others;
  };

  bool edge();
  StateId add_lead(RuleId root, StateId& spaced);
  void resolve_rules();
  void resolve_skips();
  bool flatten(Grammar& grammar) const;

  std::vector<State> states_;
  std::vector<Rule> rules_;
  std::size_t edges_ = 0;
  std::uint32_t count_groups_ = 0;
  bool empty_ = false;
};

}  // namespace seekd::model
