#include "model/shape/token_trie.h"

#include <algorithm>

namespace seekd::model {

TokenTrie::TokenTrie(std::vector<std::pair<std::string_view, TokenId>> tokens,
                     std::size_t vocabulary)
    : nodes_(1), bytes_(vocabulary) {
  std::erase_if(tokens, [](const auto& token) { return token.first.empty(); });
  std::ranges::sort(tokens);
  std::vector<std::uint32_t> path = {0};  // nodes from the root to the latest token's last byte
  std::string_view latest;
  const auto leave_to = [&](std::size_t depth) {
    for (; path.size() > depth + 1; path.pop_back()) {
      nodes_[path.back()].behind = static_cast<std::uint32_t>(nodes_.size());
    }
  };
  for (const auto& [bytes, id] : tokens) {
    const auto shared =
        static_cast<std::size_t>(std::ranges::mismatch(latest, bytes).in2 - bytes.begin());
    leave_to(shared);
    for (std::size_t depth = shared; depth < bytes.size(); ++depth) {
      const auto index = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({.byte = static_cast<std::uint8_t>(bytes[depth]),
                        .depth = static_cast<std::uint32_t>(depth + 1),
                        .parent = path.back(),
                        .tokens = static_cast<std::uint32_t>(tokens_.size())});
      path.push_back(index);
    }
    tokens_.push_back(id);
    bytes_[static_cast<std::size_t>(id)] = bytes;
    depth_max_ = std::max(depth_max_, bytes.size());
    latest = bytes;
  }
  leave_to(0);
  nodes_.front().behind = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({.tokens = static_cast<std::uint32_t>(tokens_.size())});
}

}  // namespace seekd::model
