// Shapes: the grammars that a model's texts were of lately, with what was found of its vocabulary.
//
// Any thread may ask for a text; what it gets is then of the thread that the text is written on,
// and all texts are to be written on the same one.

#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "model/shape/grammar.h"
#include "model/shape/part_masks.h"
#include "model/shape/shaped_text.h"
#include "model/shape/token_trie.h"
#include "model/text/tokenizer.h"

namespace seekd::model {

class Shapes {
 public:
  using Marks = std::vector<std::pair<TokenId, std::string>>;

  // REQUIRES: the tokenizer outlives this and all its texts. `ends`: what ends a text.
  // `call_marks`: tokens that grammars have other bytes for than their names (call_words.h).
  Shapes(const Tokenizer& tokenizer, std::vector<TokenId> ends, Marks call_marks);

  ShapedText text(const std::shared_ptr<const Grammar>& grammar, ShapedText::At at);

 private:
  std::shared_ptr<PartMasks> masks_of(const std::shared_ptr<const Grammar>& grammar);

  const Tokenizer& tokenizer_;
  const ShapeMarks marks_;
  const Marks call_marks_;
  std::mutex mutex_;                       // guards the next two
  std::shared_ptr<const TokenTrie> trie_;  // made for the first text
  std::deque<std::shared_ptr<PartMasks>> latest_;
};

}  // namespace seekd::model
