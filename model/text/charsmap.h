// Charsmap: SentencePiece's normalisation, as `precompiled_charsmap` of a tokenizer.json holds it.
//
// A double-array trie (J. Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array
// Structure", 1989, in the layout of S. Yata's darts-clone) from characters to their replacements.
// Semantics: huggingface/tokenizers, `Precompiled`: a cluster of characters is replaced as a whole
// where it is shorter than six bytes and the trie knows its beginning, else character by character.
// Immutable; any thread. Every step in the trie is checked: a hostile one ends, and reads nothing
// beyond itself.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::model {

class Charsmap {
 public:
  // nullopt where it is no base64, or not as long as it says.
  static std::optional<Charsmap> parse(std::string_view base64);

  // REQUIRES: `text` is valid UTF-8. What comes back is valid too.
  std::string normalize(std::string_view text) const;

 private:
  std::optional<std::string_view> replacement(std::string_view characters) const;
  void append(std::string_view cluster, std::string& out) const;

  std::vector<std::uint32_t> units_;  // of the trie
  std::string texts_;                 // the replacements, each with a 0 behind it
};

}  // namespace seekd::model
