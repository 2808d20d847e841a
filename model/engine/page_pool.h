// PagePool: which pages of the key and value store belong to which text, and which are kept because
// a later text may begin alike.
//
// A page holds the keys and values of page_tokens tokens (W. Kwon et al., "Efficient Memory
// Management for Large Language Model Serving with PagedAttention", 2023). Pages that are full
// stand in a tree by their tokens, below the salt that they were computed under: texts that begin
// alike hold the same pages, and no caller learns from the time its answer takes what a caller with
// another salt has asked. What no text holds stays until its page is needed, the least recently
// used first; it goes to the host's store then, where there is one, and comes back when a text
// begins with it. On each way down the tree pages on the device come before pages on the host.
// Bookkeeping alone, no tensors. One thread at a time, but for usage().

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/text/tokenizer.h"

namespace seekd::model {

using PageId = std::int32_t;
inline constexpr std::size_t page_tokens = 16;

constexpr std::size_t pages_for(std::size_t tokens) {
  return (tokens + page_tokens - 1) / page_tokens;
}

// A page's keys and values from one store to the other.
struct PageMove {
  enum class To : std::uint8_t { host, device };
  To to = To::host;
  PageId page = 0;
  PageId host = 0;  // the host's page

  bool operator==(const PageMove&) const = default;
};

// The pages of one text, in the order of its tokens; only PagePool changes it.
class TextPages {
 public:
  std::span<const PageId> pages() const { return pages_; }
  std::size_t capacity() const { return pages_.size() * page_tokens; }  // tokens
  // Tokens at the beginning that others may share: after PagePool::begin() those that it found.
  std::size_t known() const { return nodes_.size() * page_tokens; }

 private:
  friend class PagePool;

  std::vector<PageId> pages_;
  std::vector<std::uint64_t> nodes_;  // of the first pages: those that stand in the tree
  std::uint64_t root_ = 0;            // of its salt; 0: it has not begun
};

class PagePool {
 public:
  struct Usage {
    std::size_t held = 0;  // pages of texts
    std::size_t kept = 0;  // pages that no text holds, and that one may find again
    std::size_t total = 0;
    std::size_t on_host = 0;  // kept there
  };

  explicit PagePool(std::size_t pages, std::size_t host_pages = 0);

  // Holds the pages of the longest beginning of `tokens` that is known under that salt, but never
  // all of `tokens`: the last one must run for its logits.
  TextPages begin(std::string_view salt, std::span<const TokenId> tokens);

  // Gives the text room for so many tokens. False, and nothing is changed, where too few pages are
  // left.
  [[nodiscard]] bool grow(TextPages& text, std::size_t tokens);

  // `tokens` are computed, from the text's first on: those of its pages that are full may be found.
  void publish(TextPages& text, std::span<const TokenId> tokens);

  // The text is no more; one that has not begun is let be.
  void release(TextPages& text);

  // Of all that no text holds, in either store, nothing is found again.
  void forget_kept();

  // What is to be moved, in this order, before any page is written again.
  std::vector<PageMove> take_moves() { return std::exchange(moves_, {}); }

  Usage usage() const;  // any thread

 private:
  using NodeId = std::uint64_t;
  using PageTokens = std::array<TokenId, page_tokens>;

  struct Node {
    NodeId parent = 0;
    PageTokens tokens{};
    PageId page = -1;  // on the device; a salt's root has none
    PageId host = -1;  // on the host, where it is not on the device
    std::uint32_t holders = 0;
    std::uint32_t children = 0;
    std::uint32_t resident = 0;  // children on the device
    std::uint64_t released = 0;  // when; orders those that may go
  };

  NodeId root_of(std::string_view salt);
  void drop_empty_root(NodeId root);
  PageId take(PageId neighbour);
  void evict_one();
  void evict_to(PageId host);
  PageId take_on_host();
  void drop_from_host(NodeId id);
  void forget(NodeId id);
  void bring_back(TextPages& text, std::span<const NodeId> nodes);
  bool adopt(TextPages& text, NodeId id, PageId page);
  void hold(NodeId id);
  void let_go(NodeId id);
  void note_usage();

  const std::size_t total_;
  const std::size_t host_total_;
  std::set<PageId> free_;
  std::unordered_map<NodeId, Node> nodes_;
  std::map<std::pair<NodeId, PageTokens>, NodeId> children_;  // by parent and tokens
  std::map<std::string, NodeId, std::less<>> roots_;
  std::set<std::pair<std::uint64_t, NodeId>>
      evictable_;           // that no text holds, no child on the device; oldest first
  std::size_t unheld_ = 0;  // nodes with a page that no text holds
  std::set<PageId> host_free_;
  std::set<std::pair<std::uint64_t, NodeId>> host_evictable_;  // leaves there, the oldest first
  std::vector<PageMove> moves_;
  NodeId last_id_ = 0;
  std::uint64_t clock_ = 0;
  std::atomic<std::size_t> held_ = 0;
  std::atomic<std::size_t> kept_ = 0;
  std::atomic<std::size_t> on_host_ = 0;
};

}  // namespace seekd::model
