// WordPiece: text to the token ids of a BERT model, "[CLS] … [SEP]" (Schuster, Nakajima 2012;
// Devlin et al. 2019).
//
// Reads the folder's tokenizer.json. Immutable after load(); any thread. Ids equal those of
// huggingface/tokenizers on the vectors under tests/model. Names of special tokens in a text are
// the characters they are: a page cannot write a "[SEP]".

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/text/bert_words.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

// What a WordPiece is made of. Plain values.
struct WordPieceData {
  std::vector<std::string> tokens;  // by id; empty: none
  std::string continuing_prefix = "##";
  std::size_t word_characters_max = 100;  // a longer word is unknown
  TokenId unknown = 0;
  TokenId begin = 0;  // "[CLS]"
  TokenId end = 0;    // "[SEP]"
  BertWords words;
};

// Errors name `source` and the field: corrupt; unsupported (another kind of model, normalizer,
// pre-tokenizer or post-processor, by its name: SentencePiece's unigrams among them).
Result<WordPieceData> parse_wordpiece_json(std::string_view json, std::string_view source);

class WordPiece {
 public:
  // `folder` holds tokenizer.json. Errors: those of parse_wordpiece_json, not_found, too_large, io.
  static Result<WordPiece> load(const std::filesystem::path& folder);

  explicit WordPiece(WordPieceData data);

  // At most `tokens_max` ids, begin and end among them. REQUIRES: tokens_max >= 2.
  std::vector<TokenId> encode(std::string_view text, std::size_t tokens_max) const;

  // The share of the text's characters, spaces apart, that stand in words the vocabulary was made
  // for: no unknown token, and more than spelled out letter by letter. An English vocabulary reads
  // almost all of an English text, and little of a Chinese or a Russian one. 1 for an empty text.
  double readable_share(std::string_view text) const;

  // One more than the highest id.
  std::size_t size() const { return size_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Ids = std::unordered_map<std::string, TokenId, Hash, std::equal_to<>>;

  void encode_word(std::string_view word, std::vector<TokenId>& ids) const;

  Ids first_;       // pieces that begin a word
  Ids continuing_;  // pieces within one, without their prefix
  std::size_t piece_bytes_max_ = 0;
  std::size_t word_characters_max_;
  TokenId unknown_;
  TokenId begin_;
  TokenId end_;
  BertWords words_;
  std::size_t size_;
};

}  // namespace seekd::model
