#include "model/shape/part_masks.h"

#include <algorithm>
#include <array>
#include <utility>

namespace seekd::model {
namespace {

constexpr std::size_t known_max = 256;           // states of a grammar: a vocabulary's bits each
constexpr std::size_t work_max = 8'000'000;      // edges looked at for a mask: some 50 ms
constexpr std::uint32_t counted_bytes_max = 16;  // of counted characters, looked at by themselves

// Does the part call others?
bool calls_any(const Grammar& grammar, StateId part) {
  std::vector<StateId> waiting = {part};
  std::vector<bool> seen(grammar.size());
  while (!waiting.empty()) {
    const StateId state = waiting.back();
    waiting.pop_back();
    if (!grammar.calls(state).empty()) return true;
    if (seen[state]) continue;
    seen[state] = true;
    for (const ByteEdge& edge : grammar.bytes(state)) waiting.push_back(edge.to);
  }
  return false;
}

// Bytes by which a level begins that another may begin in.
std::array<bool, 256> opening_bytes(const Grammar& grammar) {
  std::vector<StateId> parts;
  for (StateId state = 0; state < grammar.size(); ++state) {
    for (const CallEdge& call : grammar.calls(state)) parts.push_back(call.part);
  }
  std::ranges::sort(parts);
  const auto repeated = std::ranges::unique(parts);
  parts.erase(repeated.begin(), repeated.end());
  std::array<bool, 256> opening{};
  for (const StateId part : parts) {
    if (!calls_any(grammar, part)) continue;
    for (const ByteEdge& edge : grammar.bytes(part)) {
      std::fill(opening.begin() + edge.first, opening.begin() + edge.last + 1, true);
    }
  }
  return opening;
}

// As many levels as a state needs and a token can open: more change nothing.
unsigned levels_that_matter(const Grammar& grammar, const TokenTrie& trie) {
  unsigned tallest = 0;
  for (StateId state = 0; state < grammar.size(); ++state) {
    const unsigned height = grammar.height(state);
    if (height <= Grammar::depth_max) tallest = std::max(tallest, height);
  }
  const auto opening = opening_bytes(grammar);
  unsigned most = 0;
  std::vector<unsigned> opened(trie.size());
  for (std::size_t node = 1; node < trie.size(); ++node) {
    opened[node] = opened[trie.node(node).parent] + (opening[trie.node(node).byte] ? 1U : 0U);
    most = std::max(most, opened[node]);
  }
  return tallest + most + 2;
}

}  // namespace

PartMasks::PartMasks(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const TokenTrie> trie)
    : grammar_(std::move(grammar)),
      trie_(std::move(trie)),
      levels_told_apart_(levels_that_matter(*grammar_, *trie_)),
      levels_(trie_->depth_max() + 1) {}

TokenMask PartMasks::tokens_at(const Places& places, Frames& frames) {
  work_left_ = work_max;
  TokenMask mask(trie_->vocabulary());
  for (const Place place : places.all) {
    if (grammar_->bytes(place.state).empty()) continue;
    const std::size_t before = frames.size();
    const Known& known = known_at(place, frames);
    mask.add(known.inside);
    add_crossing(known.crossing, place, frames, mask);
    frames.forget(before);
  }
  return mask;
}

PartMasks::Key PartMasks::key_of(Place place, const Frames& frames) const {
  const unsigned levels =
      std::min(Grammar::depth_max - frames.depth(place.frame), levels_told_apart_);
  const Count& count = grammar_->count(place.state);
  if (count.group == 0) return {0, place.state, 0, levels};
  return {count.group, std::min(count.needed, counted_bytes_max + 1),
          std::min(count.left, counted_bytes_max + 1), levels};
}

const PartMasks::Known& PartMasks::known_at(Place place, const Frames& frames) {
  const Key key = key_of(place, frames);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (known_.size() >= known_max) known_.clear();
  return known_.emplace(key, look(place, frames.depth(place.frame))).first->second;
}

// The part alone: what crosses its end is left open, and what is too long to be counted.
PartMasks::Known PartMasks::look(Place place, unsigned depth) {
  Known known{.inside = TokenMask(trie_->vocabulary()), .crossing = {}};
  Frames frames(depth);
  levels_[0] = {.all = {{place.state, Frames::unknown}}};
  const bool counted = grammar_->count(place.state).group > 0;
  std::vector<bool> crosses(trie_->depth_max() + 1);  // after so many bytes
  for (std::uint32_t node = 1; node < trie_->size() && work_left_ > 0;) {
    const auto& [byte, at, parent, behind, tokens] = trie_->node(node);
    if (counted && at > counted_bytes_max) {
      known.crossing.push_back(node);
      node = behind;
    } else if (step(node, frames)) {
      add_tokens(node, known.inside);
      crosses[at] = crosses[at - 1] || levels_[at].escaped;
      ++node;
    } else {
      if (crosses[at - 1]) known.crossing.push_back(node);
      node = behind;
    }
  }
  if (work_left_ == 0) add_single_bytes(frames, known.inside);
  return known;
}

// Nodes of one way share its steps.
void PartMasks::add_crossing(const std::vector<std::uint32_t>& nodes, Place place, Frames& frames,
                             TokenMask& mask) {
  levels_[0] = {.all = {place}};
  std::vector<std::uint32_t> way = {0};  // whose steps stand in levels_
  std::vector<std::uint32_t> ahead;
  for (const std::uint32_t node : nodes) {
    if (work_left_ == 0) return;
    ahead.clear();
    std::uint32_t above = trie_->node(node).parent;
    for (; trie_->node(above).depth >= way.size() || way[trie_->node(above).depth] != above;
         above = trie_->node(above).parent) {
      ahead.push_back(above);
    }
    way.resize(trie_->node(above).depth + 1);
    for (auto next = ahead.rbegin(); next != ahead.rend(); ++next) {
      step(*next, frames);
      way.push_back(*next);
    }
    add_subtree(node, frames, mask);
  }
}

void PartMasks::add_subtree(std::uint32_t root, Frames& frames, TokenMask& mask) {
  for (std::uint32_t node = root; node < trie_->node(root).behind && work_left_ > 0;) {
    const bool fits = step(node, frames);
    if (fits) add_tokens(node, mask);
    node = fits ? node + 1 : trie_->node(node).behind;
  }
}

// Of a place that takes too long there is something to go on with.
void PartMasks::add_single_bytes(Frames& frames, TokenMask& mask) {
  for (std::uint32_t node = 1; node < trie_->size(); node = trie_->node(node).behind) {
    if (step(node, frames)) add_tokens(node, mask);
  }
}

void PartMasks::add_tokens(std::uint32_t node, TokenMask& mask) const {
  for (const TokenId token : trie_->tokens(node)) mask.add(token);
}

// From the level above the node's to its own; false where its byte does not fit.
bool PartMasks::step(std::uint32_t node, Frames& frames) {
  const TokenTrie::Node& to = trie_->node(node);
  const std::size_t work =
      step_places(*grammar_, levels_[to.depth - 1], to.byte, frames, levels_[to.depth]);
  work_left_ -= std::min(work_left_, work);
  return !levels_[to.depth].none();
}

}  // namespace seekd::model
