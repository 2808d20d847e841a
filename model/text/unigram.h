// Unigram: text to the token ids of XLM-RoBERTa and its kind, "<s> … </s>".
//
// T. Kudo, "Subword Regularization: Improving Neural Network Translation Models with Multiple
// Subword Candidates", 2018: of all ways to cut a word into pieces the one of the greatest sum of
// scores. Reads the folder's tokenizer.json; ids equal those of huggingface/tokenizers on the
// vectors under tests/model. Immutable; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/text/charsmap.h"
#include "model/text/encoder_tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

// One thing that is done to a text before it is cut.
struct ReplaceText {
  std::string what;
  std::string with;
};
struct ReplaceSpaces {  // two and more together
  std::string with;
};
struct StripText {
  bool left = false;
  bool right = false;
};
using UnigramStep = std::variant<Charsmap, ReplaceText, ReplaceSpaces, StripText>;

enum class SplitWords : std::uint8_t {
  no,             // the whole text is one word
  at_marks,       // a word begins at each "▁"
  at_white_space  // and white space goes; each word gets a "▁"
};

// What a Unigram is made of. Plain values.
struct UnigramData {
  struct Piece {
    std::string text;
    double score = 0.0;
    bool special = false;  // never found in a text
  };
  std::vector<Piece> pieces;  // by id
  TokenId unknown = 0;
  TextEnds ends;
  std::vector<UnigramStep> steps;
  SplitWords split = SplitWords::at_marks;
  bool mark_first = true;  // a "▁" before a text that begins with none
};

// Errors name `source` and the field: corrupt; unsupported (another kind of model, normalizer,
// pre-tokenizer or post-processor, by its name).
Result<UnigramData> parse_unigram_json(std::string_view json, std::string_view source);

class Unigram final : public EncoderTokenizer {
 public:
  explicit Unigram(UnigramData data);

  // Known characters: a language that the vocabulary was not made for is unknown to it.
  double readable_share(std::string_view text) const override;
  std::size_t size() const override { return size_; }

 private:
  // A piece that texts can have, in the order of the texts.
  struct Entry {
    std::string text;
    double score = 0.0;
    TokenId id = 0;
  };
  // Of a word's ways that end at a byte, the best one's last piece.
  struct Step {
    double score = 0.0;
    std::size_t begin = 0;
    TokenId id = 0;
    bool reached = false;
  };
  struct Cut {
    std::string_view text;
    TokenId id = 0;
  };

  std::vector<TokenId> pieces(std::string_view text, std::size_t count_max) const override;
  std::string prepare(std::string_view text) const;
  std::vector<std::string> words(const std::string& prepared) const;
  void extend(std::string_view word, std::size_t begin, std::vector<Step>& steps) const;
  std::vector<Cut> cut(std::string_view word) const;

  std::vector<Entry> entries_;
  std::size_t piece_bytes_max_ = 1;
  double unknown_score_ = 0.0;
  TokenId unknown_;
  std::size_t size_;
  std::vector<UnigramStep> steps_;
  SplitWords split_;
  bool mark_first_;
};

}  // namespace seekd::model
