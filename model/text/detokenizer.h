// Detokenizer: token ids in, text out, as soon as it is whole: never half a UTF-8 character.
//
// One per stream; one thread at a time. Cannot fail: bytes that can form no character become
// U+FFFD.

#pragma once

#include <cstdint>
#include <string>

#include "model/text/tokenizer.h"

namespace seekd::model {

class Detokenizer {
 public:
  enum class Begins : std::uint8_t {
    as_text,      // its first space may be the one that the tokenizer puts before a text
    inside_text,  // it goes on with one: each space is of the model
  };

  // REQUIRES: the tokenizer outlives this.
  explicit Detokenizer(const Tokenizer& tokenizer, Begins begins = Begins::as_text)
      : tokenizer_(&tokenizer),
        adds_space_(begins == Begins::as_text && tokenizer.adds_space()),
        drops_space_(adds_space_) {}

  // The text that has become certain with this token; often empty inside a character.
  std::string push(TokenId id);

  // What is left when the stream ends: empty, or U+FFFD for a character that was cut. Ready for the
  // next stream afterwards.
  std::string flush();

 private:
  const Tokenizer* tokenizer_;
  bool adds_space_;
  bool drops_space_;     // the next byte, if it is the space that the tokenizer added
  std::string pending_;  // the bytes of a character that has begun
};

}  // namespace seekd::model
