// TokenTrie: a vocabulary as the tree of its tokens' bytes, so that what no token may begin with is
// passed over at once.
//
// Nodes stand in the order of their bytes, a node's descendants behind it. Immutable; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "model/text/tokenizer.h"

namespace seekd::model {

class TokenTrie {
 public:
  struct Node {
    std::uint8_t byte = 0;    // that leads to it
    std::uint32_t depth = 0;  // bytes up to it
    std::uint32_t parent = 0;
    std::uint32_t behind = 0;  // the first node that is no descendant
    std::uint32_t tokens = 0;  // its tokens stand in tokens() before the next node's
  };

  // `tokens` that a text may have, with their bytes; those without bytes are left out.
  // `vocabulary`: above all ids.
  TokenTrie(std::vector<std::pair<std::string_view, TokenId>> tokens, std::size_t vocabulary);

  std::size_t size() const { return nodes_.size() - 1; }  // the root, 0, included
  const Node& node(std::size_t index) const { return nodes_[index]; }
  std::span<const TokenId> tokens(std::size_t index) const {
    return std::span(tokens_).subspan(nodes_[index].tokens,
                                      nodes_[index + 1].tokens - nodes_[index].tokens);
  }

  // The bytes of a token; empty of one that it has not.
  std::string_view bytes(TokenId token) const { return bytes_[static_cast<std::size_t>(token)]; }

  std::size_t vocabulary() const { return bytes_.size(); }
  std::size_t depth_max() const { return depth_max_; }

 private:
  std::vector<Node> nodes_;
  std::vector<TokenId> tokens_;
  std::vector<std::string_view> bytes_;  // [vocabulary], of who made it
  std::size_t depth_max_ = 0;
};

}  // namespace seekd::model
