// BertWords: a text cut into the words that BERT's WordPiece works on.
//
// What huggingface/tokenizers call `BertNormalizer` and `BertPreTokenizer`: control characters go,
// ideographs stand alone, accents and case go where the model was trained so, and each punctuation
// character is a word. Immutable; any thread. Cannot fail: bytes that are no UTF-8 are U+FFFD,
// which the cleaning takes out.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::model {

enum class CleanText : std::uint8_t { no, yes };        // control characters go, white space is ' '
enum class SplitIdeographs : std::uint8_t { no, yes };  // each Han character is a word
enum class StripAccents : std::uint8_t { no, yes };     // NFD, without nonspacing marks
enum class FoldCase : std::uint8_t { no, yes };         // lower case, character by character

struct BertWords {
  CleanText clean = CleanText::yes;
  SplitIdeographs ideographs = SplitIdeographs::yes;
  StripAccents accents = StripAccents::yes;
  FoldCase fold = FoldCase::yes;

  // The text as the model sees it.
  std::string normalize(std::string_view text) const;
};

// The words of a normalised text, in order. REQUIRES: `normal` is valid UTF-8 and outlives them.
std::vector<std::string_view> split_bert_words(std::string_view normal);

}  // namespace seekd::model
