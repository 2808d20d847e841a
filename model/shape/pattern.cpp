#include "model/shape/pattern.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "model/shape/pattern_syntax.h"

namespace seekd::model {
namespace {

using Kind = PatternNode::Kind;
using NodeId = std::uint32_t;

constexpr std::size_t ways_max = 20'000;   // states before they are made deterministic
constexpr std::size_t states_max = 2'000;  // after

std::unexpected<Error> too_large() {
  return fail(ErrorCode::too_large, "makes too large an automaton: repeat less, or simplify it");
}

// Nondeterministic (K. Thompson, "Regular Expression Search Algorithm", CACM 11(6), 1968).
class Ways {
 public:
  struct State {
    Characters characters = {};  // that lead to `to`
    NodeId to = 0;
    std::vector<NodeId> skips = {};
  };

  NodeId add() {
    if (states_.size() < ways_max) states_.emplace_back();
    return static_cast<NodeId>(states_.size() - 1);
  }

  void skip(NodeId from, NodeId to) { states_[from].skips.push_back(to); }

  // From a new state on; gives where it ends.
  NodeId append(NodeId from, const PatternNode& node) {
    switch (node.kind) {
      case Kind::characters:
        return step(from, node.characters);
      case Kind::sequence:
        for (const PatternNode& part : node.parts) from = append(from, part);
        return from;
      case Kind::alternative:
        return append_one_of(from, node);
      case Kind::repetition:
        return append_repeated(from, node);
      case Kind::begin:
      case Kind::end:
        misplaced_ = true;
        return from;
    }
    return from;
  }

  // An alternative of the whole pattern: it may stand anywhere in a text but for its anchors.
  NodeId append_whole(NodeId from, const PatternNode& node) {
    static const PatternNode anything = {
        .kind = Kind::repetition, .parts = {{.kind = Kind::characters, .characters = all_but({})}}};
    std::span<const PatternNode> parts(&node, 1);
    if (node.kind == Kind::sequence) parts = node.parts;
    const bool begins = !parts.empty() && parts.front().kind == Kind::begin;
    if (begins) parts = parts.subspan(1);
    const bool ends = !parts.empty() && parts.back().kind == Kind::end;
    if (ends) parts = parts.first(parts.size() - 1);
    if (!begins) from = append(from, anything);
    for (const PatternNode& part : parts) from = append(from, part);
    return ends ? from : append(from, anything);
  }

  bool full() const { return states_.size() >= ways_max; }
  bool misplaced() const { return misplaced_; }  // an anchor inside
  const State& operator[](NodeId id) const { return states_[id]; }

 private:
  NodeId step(NodeId from, const Characters& characters) {
    const NodeId here = add();
    const NodeId to = add();
    skip(from, here);
    states_[here].characters = characters;
    states_[here].to = to;
    return to;
  }

  NodeId append_one_of(NodeId from, const PatternNode& node) {
    const NodeId end = add();
    for (const PatternNode& part : node.parts) {
      const NodeId begin = add();
      skip(from, begin);
      skip(append(begin, part), end);
    }
    return end;
  }

  NodeId append_repeated(NodeId from, const PatternNode& node) {
    const PatternNode& part = node.parts.front();
    for (std::uint32_t i = 0; i < node.least && !full(); ++i) from = append(from, part);
    if (!node.most) {
      const NodeId again = add();
      skip(from, again);
      skip(append(again, part), again);
      return again;
    }
    const NodeId end = add();
    for (std::uint32_t i = node.least; i < *node.most && !full(); ++i) {
      skip(from, end);
      from = append(from, part);
    }
    skip(from, end);
    return end;
  }

  std::vector<State> states_;
  bool misplaced_ = false;
};

// The subset construction (M. Rabin and D. Scott, 1959).
class Subsets {
 public:
  Subsets(const Ways& ways, NodeId end, std::size_t& work_left)
      : ways_(ways), end_(end), work_left_(work_left) {}

  Result<CharacterAutomaton> build(NodeId begin) {
    id_of(closed({begin}));
    for (std::size_t next = 0; next < sets_.size(); ++next) {
      connect(static_cast<std::uint32_t>(next));
      if (sets_.size() > states_max || work_left_ == 0) return too_large();
    }
    return std::move(out_);
  }

 private:
  using Set = std::vector<NodeId>;  // in order

  void spend(std::size_t work) { work_left_ -= std::min(work_left_, work); }

  Set closed(std::vector<NodeId> waiting) {
    std::set<NodeId> seen;
    while (!waiting.empty()) {
      const NodeId next = waiting.back();
      waiting.pop_back();
      if (!seen.insert(next).second) continue;
      waiting.insert(waiting.end(), ways_[next].skips.begin(), ways_[next].skips.end());
    }
    spend(10 * seen.size());
    return {seen.begin(), seen.end()};
  }

  std::uint32_t id_of(const Set& set) {
    const auto [found, fresh] = ids_.try_emplace(set, static_cast<std::uint32_t>(sets_.size()));
    if (fresh) {
      sets_.push_back(set);
      out_.states.push_back({.edges = {}, .ends = std::ranges::binary_search(set, end_)});
    }
    return found->second;
  }

  // Each stretch of characters that no range begins or ends in leads to one set.
  void connect(std::uint32_t from) {
    const Set set = sets_[from];
    std::vector<char32_t> begins;
    for (const NodeId id : set) {
      for (const CharacterRange& range : ways_[id].characters) {
        begins.push_back(range.first);
        begins.push_back(range.last + 1);
      }
    }
    std::ranges::sort(begins);
    const auto repeated = std::ranges::unique(begins);
    begins.erase(repeated.begin(), repeated.end());
    spend(begins.size() * set.size());
    std::map<std::uint32_t, Characters> by_target;
    for (std::size_t i = 0; i + 1 < begins.size() && work_left_ > 0; ++i) {
      std::vector<NodeId> targets;
      for (const NodeId id : set) {
        const auto holds = [&](const CharacterRange& range) {
          return range.first <= begins[i] && begins[i] <= range.last;
        };
        if (std::ranges::any_of(ways_[id].characters, holds)) targets.push_back(ways_[id].to);
      }
      if (targets.empty()) continue;
      by_target[id_of(closed(std::move(targets)))].push_back({begins[i], begins[i + 1] - 1});
    }
    for (auto& [to, characters] : by_target) {
      out_.states[from].edges.push_back({tidy(std::move(characters)), to});
    }
  }

  const Ways& ways_;
  const NodeId end_;
  std::size_t& work_left_;
  std::map<Set, std::uint32_t> ids_;
  std::vector<Set> sets_;
  CharacterAutomaton out_;
};

}  // namespace

Result<CharacterAutomaton> read_pattern(std::string_view pattern, std::size_t& work_left) {
  const auto root = parse_pattern(pattern);
  if (!root) return std::unexpected(root.error());
  Ways ways;
  const NodeId begin = ways.add();
  const NodeId end = ways.add();
  const std::span<const PatternNode> whole(&*root, 1);
  const bool choice = root->kind == Kind::alternative;
  for (const PatternNode& part : choice ? std::span<const PatternNode>(root->parts) : whole) {
    ways.skip(ways.append_whole(begin, part), end);
  }
  if (ways.misplaced()) {
    return fail(ErrorCode::unsupported, "has an anchor inside, which is not served");
  }
  if (ways.full()) return too_large();
  return Subsets(ways, end, work_left).build(begin);
}

}  // namespace seekd::model
