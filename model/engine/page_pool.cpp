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

PagePool::PagePool(std::size_t pages, std::size_t host_pages)
    : total_(pages), host_total_(host_pages) {
  for (std::size_t i = 0; i < pages; ++i) free_.insert(free_.end(), static_cast<PageId>(i));
  for (std::size_t i = 0; i < host_pages; ++i) {
    host_free_.insert(host_free_.end(), static_cast<PageId>(i));
  }
}

TextPages PagePool::begin(std::string_view salt, std::span<const TokenId> tokens) {
  assert(!tokens.empty());
  TextPages text;
  text.root_ = root_of(salt);
  hold(text.root_);
  NodeId parent = text.root_;
  std::vector<NodeId> on_host;
  for (std::size_t i = 0; i < full_pages(tokens.size() - 1); ++i) {
    PageTokens page;
    std::ranges::copy(tokens.subspan(i * page_tokens, page_tokens), page.begin());
    const auto child = children_.find({parent, page});
    if (child == children_.end()) break;
    parent = child->second;
    if (nodes_.at(parent).host >= 0) {
      on_host.push_back(parent);
      continue;
    }
    hold(parent);
    text.nodes_.push_back(parent);
    text.pages_.push_back(nodes_.at(parent).page);
  }
  bring_back(text, on_host);
  note_usage();
  return text;
}

// As many as there is room for. What has to go for them goes first, in one row of moves, and none
// of them goes for another.
void PagePool::bring_back(TextPages& text, std::span<const NodeId> nodes) {
  nodes = nodes.first(std::min(nodes.size(), free_.size() + unheld_));
  for (const NodeId id : nodes) {
    Node& node = nodes_.at(id);
    ++node.holders;
    host_evictable_.erase({node.released, id});
  }
  while (free_.size() < nodes.size()) evict_one();
  for (const NodeId id : nodes) {
    Node& node = nodes_.at(id);
    node.page = take(text.pages_.empty() ? -1 : text.pages_.back());
    moves_.push_back({PageMove::To::device, node.page, node.host});
    host_free_.insert(std::exchange(node.host, -1));
    ++nodes_.at(node.parent).resident;
    text.nodes_.push_back(id);
    text.pages_.push_back(node.page);
  }
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
    const auto [known, is_new] = children_.try_emplace({parent, node.tokens}, last_id_ + 1);
    if (!is_new) {
      // Another text computed the same meanwhile: this one keeps its own pages to itself.
      if (!adopt(text, known->second, text.pages_[i])) break;
      continue;
    }
    nodes_.emplace(++last_id_, node);
    ++nodes_.at(parent).children;
    ++nodes_.at(parent).resident;
    text.nodes_.push_back(last_id_);
  }
  note_usage();
}

// What lies on the host was computed anew on the device: there it is from now on.
bool PagePool::adopt(TextPages& text, NodeId id, PageId page) {
  Node& node = nodes_.at(id);
  if (node.host < 0) return false;
  host_evictable_.erase({node.released, id});
  host_free_.insert(std::exchange(node.host, -1));
  node.page = page;
  node.holders = 1;
  ++nodes_.at(node.parent).resident;
  text.nodes_.push_back(id);
  return true;
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
  return {.held = held_, .kept = kept_, .total = total_, .on_host = on_host_};
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

// What lies on the host goes first: it stands below what is on the device.
void PagePool::forget_kept() {
  moves_.clear();
  while (!host_evictable_.empty()) drop_from_host(host_evictable_.begin()->second);
  while (!evictable_.empty()) evict_to(-1);
  note_usage();
}

void PagePool::evict_one() {
  evict_to(take_on_host());
}

// -1: to nowhere.
void PagePool::evict_to(PageId host) {
  assert(!evictable_.empty());
  const NodeId id = evictable_.begin()->second;
  evictable_.erase(evictable_.begin());
  --unheld_;
  Node& node = nodes_.at(id);
  const PageId page = std::exchange(node.page, -1);
  free_.insert(page);
  Node& parent = nodes_.at(node.parent);
  --parent.resident;
  if (parent.page >= 0 && parent.resident == 0 && parent.holders == 0) {
    evictable_.emplace(parent.released, node.parent);
  }
  if (host < 0) return forget(id);
  moves_.push_back({PageMove::To::host, page, host});
  node.host = host;
  if (node.children == 0) host_evictable_.emplace(node.released, id);
}

// -1 where there is no store. Only where all of it is about to be brought back none is found
// either, and what lies below such pages is not on the host: nothing is lost but the page itself.
PageId PagePool::take_on_host() {
  if (host_free_.empty() && !host_evictable_.empty()) {
    drop_from_host(host_evictable_.begin()->second);
  }
  if (host_free_.empty()) return -1;
  return host_free_.extract(host_free_.begin()).value();
}

void PagePool::drop_from_host(NodeId id) {
  const Node& node = nodes_.at(id);
  host_evictable_.erase({node.released, id});
  host_free_.insert(node.host);
  forget(id);
}

// REQUIRES: nothing stands below it.
void PagePool::forget(NodeId id) {
  const Node node = nodes_.at(id);
  assert(node.children == 0);
  nodes_.erase(id);
  children_.erase({node.parent, node.tokens});
  Node& parent = nodes_.at(node.parent);
  --parent.children;
  if (parent.page < 0 && parent.host < 0) return drop_empty_root(node.parent);
  if (parent.host >= 0 && parent.children == 0 && parent.holders == 0) {
    host_evictable_.emplace(parent.released, node.parent);
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
  if (node.resident == 0) evictable_.emplace(node.released, id);
}

void PagePool::note_usage() {
  kept_ = unheld_;
  held_ = total_ - free_.size() - unheld_;
  on_host_ = host_total_ - host_free_.size();
}

}  // namespace seekd::model
