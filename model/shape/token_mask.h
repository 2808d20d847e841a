// TokenMask: a set of a vocabulary's tokens.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/text/tokenizer.h"

namespace seekd::model {

class TokenMask {
 public:
  explicit TokenMask(std::size_t vocabulary) : words_((vocabulary + 63) / 64) {}

  void add(TokenId token) { word(token) |= bit(token); }
  void add(const TokenMask& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void remove(TokenId token) { word(token) &= ~bit(token); }
  bool has(TokenId token) const {
    return (words_[static_cast<std::size_t>(token) / 64] & bit(token)) != 0;
  }
  std::size_t size() const {
    std::size_t tokens = 0;
    for (const std::uint64_t each : words_) tokens += static_cast<std::size_t>(std::popcount(each));
    return tokens;
  }

  // Bit i of word w is token 64 w + i.
  std::span<const std::uint64_t> words() const { return words_; }

  bool operator==(const TokenMask&) const = default;

 private:
  static std::uint64_t bit(TokenId token) { return std::uint64_t{1} << (token % 64); }
  std::uint64_t& word(TokenId token) { return words_[static_cast<std::size_t>(token) / 64]; }

  std::vector<std::uint64_t> words_;
};

}  // namespace seekd::model
