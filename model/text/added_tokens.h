// AddedTokens: finds whole tokens ("<|im_end|>") in a text, the leftmost first, the longest of
// those that begin together.
//
// Immutable; any thread. Time is linear in the text times the number of distinct token lengths.

#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/text/tokenizer.h"
#include "model/text/tokenizer_data.h"

namespace seekd::model {

class AddedTokens {
 public:
  explicit AddedTokens(std::span<const AddedToken> tokens);

  struct Match {
    std::size_t at = 0;  // byte in the text
    std::size_t length = 0;
    TokenId id = 0;
  };
  std::optional<Match> find(std::string_view text, std::size_t from) const;

  // The id of the token that is all of `text`.
  std::optional<TokenId> id_of(std::string_view text) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::array<bool, 256> begins_{};    // a token begins with this byte
  std::vector<std::size_t> lengths_;  // distinct, longest first
  std::unordered_map<std::string, TokenId, Hash, std::equal_to<>> ids_;
};

}  // namespace seekd::model
