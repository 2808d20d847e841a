// WordPiece: text to the token ids of a BERT model, "[CLS] … [SEP]" (Schuster, Nakajima 2012;
// Devlin et al. 2019).
//
// Reads a folder's tokenizer.json. Immutable; any thread. Ids equal those of huggingface/tokenizers
// on the vectors under tests/model.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/text/bert_words.h"
#include "model/text/encoder_tokenizer.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

// What a WordPiece is made of. Plain values.
struct WordPieceData {
  std::vector<std::string> tokens;  // by id; empty: none
  std::string continuing_prefix = "##";
  std::size_t word_characters_max = 100;  // a longer word is unknown
  TokenId unknown = 0;
  TextEnds ends;
  BertWords words;
};

// Errors name `source` and the field: corrupt; unsupported (another kind of model, normalizer,
// pre-tokenizer or post-processor, by its name).
Result<WordPieceData> parse_wordpiece_json(std::string_view json, std::string_view source);

class WordPiece final : public EncoderTokenizer {
 public:
  explicit WordPiece(WordPieceData data);

  // The share of the text's characters, spaces apart, that stand in words the vocabulary was made
  // for: no unknown token, and more than spelled out letter by letter. An English vocabulary reads
  // almost all of an English text, and little of a Chinese or a Russian one. 1 for an empty text.
  double readable_share(std::string_view text) const override;

  std::size_t size() const override { return size_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Ids = std::unordered_map<std::string, TokenId, Hash, std::equal_to<>>;

  std::vector<TokenId> pieces(std::string_view text, std::size_t count_max) const override;
  void encode_word(std::string_view word, std::vector<TokenId>& ids) const;

  Ids first_;       // pieces that begin a word
  Ids continuing_;  // pieces within one, without their prefix
  std::size_t piece_bytes_max_ = 0;
  std::size_t word_characters_max_;
  TokenId unknown_;
  BertWords words_;
  std::size_t size_;
};

}  // namespace seekd::model
