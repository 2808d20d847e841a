// ShapedText: a text that is being written of a grammar: which tokens may come next.
//
// Before the text there may be a thought, which is free but for its end. One text each; one thread
// at a time. Cannot fail: where no token of the vocabulary goes on, the mask is empty.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/shape/part_masks.h"
#include "model/shape/places.h"
#include "model/shape/token_mask.h"
#include "model/text/tokenizer.h"

namespace seekd::model {

// What a vocabulary has beside text.
struct ShapeMarks {
  std::vector<TokenId> ends;           // any of them ends a text
  std::optional<TokenId> think_begin;  // both or none
  std::optional<TokenId> think_end;
};

class ShapedText {
 public:
  // Where the prompt leaves the model.
  enum class At : std::uint8_t {
    answer,          // its first word is the text's
    open,            // it may begin a thought first
    inside_thought,  // the text begins behind the thought
  };
  // What may stand before the text.
  enum class Lead : std::uint8_t { none, spaces };

  // `masks` are of the thread that the text is written on.
  ShapedText(std::shared_ptr<PartMasks> masks, ShapeMarks marks, At at, Lead lead);

  // The tokens that may come next; and behind each of those that are guessed to, in turn. REQUIRES:
  // fitting() has them all.
  std::vector<std::shared_ptr<const TokenMask>> masks(std::span<const TokenId> guessed = {}) const;

  // How many of the first of them may come next.
  std::size_t fitting(std::span<const TokenId> tokens) const;

  // The text has a further one.
  void took(TokenId token);

 private:
  using Masks = std::map<std::vector<Place>, std::shared_ptr<const TokenMask>>;

  std::shared_ptr<const TokenMask> mask();
  TokenMask make_mask();
  bool fits(TokenId token) const;
  bool advance(TokenId token);

  std::shared_ptr<PartMasks> parts_;
  ShapeMarks marks_;
  At at_;
  Places places_;
  std::shared_ptr<Frames> frames_;  // of the text, and of copies that run ahead of it
  std::shared_ptr<Masks> masks_;    // likewise: those of the latest places
};

}  // namespace seekd::model
