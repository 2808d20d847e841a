// EncoderTokenizer: text to the token ids that an encoder reads, of one text or of a pair.
//
// What an embedder or a reranker is given. Immutable; any thread. Names of special tokens in a text
// are the characters they are: a page cannot write a "[SEP]" or a "</s>".

#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

// The special tokens about a text: "[CLS] a [SEP]", "[CLS] a [SEP] b [SEP]"; RoBERTa's kind writes
// two between the texts of a pair.
struct TextEnds {
  TokenId begin = 0;
  TokenId end = 0;
  std::size_t separators = 1;  // between a pair: 1 or 2
};

struct TokenPair {
  std::vector<TokenId> ids;
  std::size_t second = 0;  // where the second text's part begins
};

inline constexpr std::size_t pair_tokens_min = 6;  // ends, two separators, a token each

class EncoderTokenizer {
 public:
  // `folder` holds tokenizer.json, whose model is WordPiece or Unigram. Errors: not_found,
  // too_large, io, and those of parse_wordpiece_json() and parse_unigram_json().
  static Result<std::unique_ptr<EncoderTokenizer>> load(const std::filesystem::path& folder);

  explicit EncoderTokenizer(TextEnds ends) : ends_(ends) {}
  virtual ~EncoderTokenizer() = default;

  // At most `tokens_max` ids, begin and end among them. REQUIRES: tokens_max >= 2.
  std::vector<TokenId> encode(std::string_view text, std::size_t tokens_max) const;

  // Both texts, the longer one cut first. REQUIRES: tokens_max >= pair_tokens_min.
  TokenPair encode_pair(std::string_view first, std::string_view second,
                        std::size_t tokens_max) const;

  // The share of the text's characters, spaces apart, that the vocabulary was made for, 0 to 1; 1
  // for an empty text.
  virtual double readable_share(std::string_view text) const = 0;

  // One more than the highest id.
  virtual std::size_t size() const = 0;

 protected:
  EncoderTokenizer(const EncoderTokenizer&) = default;
  EncoderTokenizer(EncoderTokenizer&&) = default;
  EncoderTokenizer& operator=(const EncoderTokenizer&) = default;
  EncoderTokenizer& operator=(EncoderTokenizer&&) = default;

 private:
  // Of the text alone, at most `count_max`.
  virtual std::vector<TokenId> pieces(std::string_view text, std::size_t count_max) const = 0;

  TextEnds ends_;
};

}  // namespace seekd::model
