// PartMasks: which tokens a grammar lets through, known by each of its states alone.
//
// Most tokens end inside the part of the grammar that they begin in: whatever stands about that
// part, they fit or they do not. Those are found once for a state and kept; for the others, which
// go on behind the part's end, the place in the text decides each time (Y. Dong et al., "XGrammar",
// 2024, which calls them context-independent and context-dependent). What one grammar keeps and
// what one mask may cost is bounded: of a grammar that takes longer, tokens are left out that would
// fit, one-byte tokens last. One thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "model/shape/grammar.h"
#include "model/shape/places.h"
#include "model/shape/token_mask.h"
#include "model/shape/token_trie.h"

namespace seekd::model {

class PartMasks {
 public:
  PartMasks(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const TokenTrie> trie);

  const Grammar& grammar() const { return *grammar_; }
  const TokenTrie& trie() const { return *trie_; }

  // The tokens that fit in one of the places.
  TokenMask tokens_at(const Places& places, Frames& frames);

 private:
  struct Known {
    TokenMask inside;                     // fit, whatever stands about the part
    std::vector<std::uint32_t> crossing;  // nodes: what is at and below them crosses its end
  };
  // A state, or its group and counts; and the levels left.
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, unsigned>;

  Key key_of(Place place, const Frames& frames) const;
  const Known& known_at(Place place, const Frames& frames);
  Known look(Place place, unsigned depth);
  void add_crossing(const std::vector<std::uint32_t>& nodes, Place place, Frames& frames,
                    TokenMask& mask);
  void add_subtree(std::uint32_t node, Frames& frames, TokenMask& mask);
  void add_single_bytes(Frames& frames, TokenMask& mask);
  void add_tokens(std::uint32_t node, TokenMask& mask) const;
  bool step(std::uint32_t node, Frames& frames);

  const std::shared_ptr<const Grammar> grammar_;
  const std::shared_ptr<const TokenTrie> trie_;
  const unsigned levels_told_apart_;  // more of them change nothing for any token
  std::map<Key, Known> known_;
  std::vector<Places> levels_;  // of the walk that goes on: after so many bytes
  std::size_t work_left_ = 0;   // for the mask that is being made
};

}  // namespace seekd::model
