#include "model/engine/page_pool.h"

#include <algorithm>
#include <cassert>
#include <ranges>

namespace seekd::model {
namespace {

std::size_t full_pages(std::size_t tokens) {
  return tokens / page_tokens;
}

}  // namespace

PagePool::PagePool(std::size_t pages) : total_(pages) {
  for (std::size_t i = 0; i < pages; ++i) free_.insert(free_.end(), static_cast<PageId>(i));
}

TextPages PagePool::begin(std::string_view salt, std::span<const TokenId> tokens) {
  assert(!tokens.empty());
  TextPages text;
  text.root_ = root_of(salt);
  hold(text.root_);
  NodeId parent = text.root_;
  for (std::size_t i = 0; i < full_pages(tokens.size() - 1); ++i) {
    PageTokens page;
    std::ranges::copy(tokens.subspan(i * page_tokens, page_tokens), page.begin());
    const auto child = children_.find({parent, page});
    if (child == children_.end()) break;
    parent = child->second;
    hold(parent);
    text.nodes_.push_back(parent);
    text.pages_.push_back(nodes_.at(parent).page);
  }
  note_usage();
  return text;
}

bool PagePool::grow(TextPages& text, std::size_t tokens) {
  const std::size_t wanted = pages_for(tokens);
  if (wanted <= text.pages_.size()) return true;
  const std::size_t more = wanted - text.pages_.size();
  // Of kept pages all may go in the end: those that have children follow these.
  if (more > free_.size() + unheld_) return false;
  for (std::size_t i = 0; i < more; ++i) {
    text.pages_.push_back(take(text.pages_.empty() ? -1 : text.pages_.back()));
  }
  note_usage();
  return true;
}

void PagePool::publish(TextPages& text, std::span<const TokenId> tokens) {
  assert(tokens.size() <= text.capacity());
  while (text.nodes_.size() < full_pages(tokens.size())) {
    const std::size_t i = text.nodes_.size();
    const NodeId parent = i == 0 ? text.root_ : text.nodes_.back();
    Node node{.parent = parent, .tokens = {}, .page = text.pages_[i], .holders = 1};
    std::ranges::copy(tokens.subspan(i * page_tokens, page_tokens), node.tokens.begin());
    // Another text computed the same meanwhile: this one keeps its own pages to itself.
    if (!children_.try_emplace({parent, node.tokens}, last_id_ + 1).second) break;
    nodes_.emplace(++last_id_, node);
    ++nodes_.at(parent).children;
    text.nodes_.push_back(last_id_);
  }
}

void PagePool::release(TextPages& text) {
  if (text.root_ == 0) return;
  for (std::size_t i = text.nodes_.size(); i < text.pages_.size(); ++i) {
    free_.insert(text.pages_[i]);
  }
  // The last first: where pages run short, a text loses its end before its beginning.
  for (const NodeId node : std::views::reverse(text.nodes_)) let_go(node);
  let_go(text.root_);
  drop_empty_root(text.root_);
  text = {};
  note_usage();
}

PagePool::Usage PagePool::usage() const {
  return {.held = held_, .kept = kept_, .total = total_};
}

PagePool::NodeId PagePool::root_of(std::string_view salt) {
  if (const auto known = roots_.find(salt); known != roots_.end()) return known->second;
  nodes_.emplace(++last_id_, Node{});
  roots_.emplace(salt, last_id_);
  return last_id_;
}

void PagePool::drop_empty_root(NodeId root) {
  const auto node = nodes_.find(root);
  if (node == nodes_.end() || node->second.holders > 0 || node->second.children > 0) return;
  nodes_.erase(node);
  std::erase_if(roots_, [root](const auto& entry) { return entry.second == root; });
}

// The page behind `neighbour` where it is free: pages that lie side by side are read in one go.
PageId PagePool::take(PageId neighbour) {
  if (free_.empty()) evict_one();
  auto page = free_.find(neighbour + 1);
  if (page == free_.end()) page = free_.begin();
  const PageId taken = *page;
  free_.erase(page);
  return taken;
}

void PagePool::evict_one() {
  assert(!evictable_.empty());
  const NodeId id = evictable_.begin()->second;
  evictable_.erase(evictable_.begin());
  const Node node = nodes_.at(id);
  --unheld_;
  nodes_.erase(id);
  children_.erase({node.parent, node.tokens});
  free_.insert(node.page);
  Node& parent = nodes_.at(node.parent);
  --parent.children;
  if (parent.page < 0) return drop_empty_root(node.parent);
  if (parent.children == 0 && parent.holders == 0) {
    evictable_.emplace(parent.released, node.parent);
  }
}

void PagePool::hold(NodeId id) {
  Node& node = nodes_.at(id);
  if (node.holders++ > 0 || node.page < 0) return;
  --unheld_;
  evictable_.erase({node.released, id});
}

void PagePool::let_go(NodeId id) {
  Node& node = nodes_.at(id);
  if (--node.holders > 0 || node.page < 0) return;
  ++unheld_;
  node.released = ++clock_;
  if (node.children == 0) evictable_.emplace(node.released, id);
}

void PagePool::note_usage() {
  kept_ = unheld_;
  held_ = total_ - free_.size() - unheld_;
}

}  // namespace seekd::model
