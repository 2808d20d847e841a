// Shapes: the grammars that a model's texts were of lately, with what was found of its vocabulary.
//
// Any thread may ask for a text; what it gets is then of the thread that the text is written on,
// and all texts are to be written on the same one.

#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "model/shape/grammar.h"
#include "model/shape/part_masks.h"
#include "model/shape/shaped_text.h"
#include "model/shape/token_trie.h"
#include "model/text/tokenizer.h"

namespace seekd::model {

class Shapes {
 public:
  // REQUIRES: the tokenizer outlives this and all its texts. `ends`: what ends a text.
  Shapes(const Tokenizer& tokenizer, std::vector<TokenId> ends);

  ShapedText text(const std::shared_ptr<const Grammar>& grammar, ShapedText::At at);

 private:
  std::shared_ptr<PartMasks> masks_of(const std::shared_ptr<const Grammar>& grammar);

  const Tokenizer& tokenizer_;
  const ShapeMarks marks_;
  std::mutex mutex_;                       // guards the next two
  std::shared_ptr<const TokenTrie> trie_;  // made for the first text
  std::deque<std::shared_ptr<PartMasks>> latest_;
};

}  // namespace seekd::model
