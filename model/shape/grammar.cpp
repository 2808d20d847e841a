#include "model/shape/grammar.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "model/shape/grammar_heights.h"

namespace seekd::model {

StateId GrammarBuilder::state() {
  if (!full() || states_.empty()) states_.emplace_back();
  return static_cast<StateId>(states_.size() - 1);
}

bool GrammarBuilder::edge() {
  if (full()) return false;
  ++edges_;
  return true;
}

void GrammarBuilder::byte(StateId from, std::uint8_t first, std::uint8_t last, StateId to) {
  if (edge()) states_[from].bytes.push_back({first, last, to});
}

void GrammarBuilder::byte(StateId from, char only, StateId to) {
  byte(from, static_cast<std::uint8_t>(only), static_cast<std::uint8_t>(only), to);
}

void GrammarBuilder::text(StateId from, std::string_view text, StateId to) {
  assert(!text.empty());
  for (const char c : text.substr(0, text.size() - 1)) {
    const StateId next = state();
    byte(from, c, next);
    from = next;
  }
  byte(from, text.back(), to);
}

void GrammarBuilder::skip(StateId from, StateId to) {
  if (edge()) states_[from].skips.push_back(to);
}

void GrammarBuilder::call(StateId from, RuleId rule, StateId back) {
  if (edge()) states_[from].calls.push_back({rule, back});
}

void GrammarBuilder::end(StateId state) {
  states_[state].ends = true;
}

void GrammarBuilder::count(StateId state, Count count) {
  states_[state].count = count;
}

GrammarBuilder::RuleId GrammarBuilder::rule() {
  rules_.emplace_back();
  return static_cast<RuleId>(rules_.size() - 1);
}

void GrammarBuilder::alternative(RuleId rule, StateId part) {
  rules_[rule].parts.push_back(part);
}

void GrammarBuilder::alternatives_of(RuleId rule, RuleId other) {
  rules_[rule].others.push_back(other);
}

std::pair<StateId, StateId> GrammarBuilder::part(RuleId rule) {
  const StateId first = state();
  const StateId last = state();
  alternative(rule, first);
  end(last);
  return {first, last};
}

std::optional<Grammar> GrammarBuilder::finish(RuleId root, std::string source, Fault& fault) {
  Grammar grammar;
  grammar.start_ = add_lead(root, grammar.start_spaced_);
  fault = Fault::too_large;
  if (full()) return std::nullopt;
  resolve_rules();
  resolve_skips();
  if (!flatten(grammar)) return std::nullopt;
  const auto heights = heights_of(grammar);
  for (StateId state = 0; state < grammar.size(); ++state) {
    grammar.states_[state].height = heights[state];
  }
  fault = Fault::without_end;
  if (grammar.height(grammar.start_) > Grammar::depth_max) return std::nullopt;
  grammar.source_ = std::move(source);
  return grammar;
}

// The text's own level: nothing but the value, and what a model may write before it.
StateId GrammarBuilder::add_lead(RuleId root, StateId& spaced) {
  const StateId start = state();
  const StateId once = state();
  const StateId last = state();
  spaced = state();
  for (const auto& [from, to] : {std::pair{spaced, once}, {once, start}}) {
    byte(from, ' ', to);
    byte(from, '\n', to);
    skip(from, start);
  }
  call(start, root, last);
  if (empty_) end(start);
  end(last);
  return start;
}

// Each rule by its parts alone: alternatives that name each other name the same parts.
void GrammarBuilder::resolve_rules() {
  std::vector<std::vector<StateId>> parts(rules_.size());
  std::vector<RuleId> seen_by(rules_.size(), std::numeric_limits<RuleId>::max());
  for (RuleId rule = 0; rule < rules_.size(); ++rule) {
    std::vector<RuleId> waiting = {rule};
    seen_by[rule] = rule;
    while (!waiting.empty()) {
      const Rule& next = rules_[waiting.back()];
      waiting.pop_back();
      parts[rule].insert(parts[rule].end(), next.parts.begin(), next.parts.end());
      for (const RuleId other : next.others) {
        if (std::exchange(seen_by[other], rule) != rule) waiting.push_back(other);
      }
    }
  }
  for (RuleId rule = 0; rule < rules_.size(); ++rule) {
    rules_[rule] = {.parts = std::move(parts[rule]), .others = {}};
  }
}

void GrammarBuilder::resolve_skips() {
  std::vector<StateId> seen_by(states_.size(), std::numeric_limits<StateId>::max());
  const std::vector<State> before = states_;
  for (StateId id = 0; id < states_.size(); ++id) {
    if (before[id].skips.empty()) continue;
    std::vector<StateId> waiting = before[id].skips;
    State& state = states_[id];
    seen_by[id] = id;
    while (!waiting.empty()) {
      const StateId next = waiting.back();
      waiting.pop_back();
      if (std::exchange(seen_by[next], id) == id) continue;
      const State& behind = before[next];
      edges_ += behind.bytes.size() + behind.calls.size();
      if (full()) return;
      state.bytes.insert(state.bytes.end(), behind.bytes.begin(), behind.bytes.end());
      state.calls.insert(state.calls.end(), behind.calls.begin(), behind.calls.end());
      state.ends = state.ends || behind.ends;
      waiting.insert(waiting.end(), behind.skips.begin(), behind.skips.end());
    }
  }
}

// False where it is too large.
bool GrammarBuilder::flatten(Grammar& grammar) const {
  grammar.counts_.push_back({});
  for (const State& state : states_) {
    Grammar::State flat{.bytes = static_cast<std::uint32_t>(grammar.bytes_.size()),
                        .calls = static_cast<std::uint32_t>(grammar.calls_.size()),
                        .ends = state.ends};
    if (state.count.group > 0) {
      flat.count = static_cast<std::uint32_t>(grammar.counts_.size());
      grammar.counts_.push_back(state.count);
    }
    grammar.states_.push_back(flat);
    grammar.bytes_.insert(grammar.bytes_.end(), state.bytes.begin(), state.bytes.end());
    for (const Call& call : state.calls) {
      for (const StateId part : rules_[call.rule].parts)
        grammar.calls_.push_back({part, call.back});
    }
    if (grammar.bytes_.size() + grammar.calls_.size() > edges_max) return false;
  }
  grammar.states_.push_back({.bytes = static_cast<std::uint32_t>(grammar.bytes_.size()),
                             .calls = static_cast<std::uint32_t>(grammar.calls_.size())});
  return !full();
}

}  // namespace seekd::model
