#include "cache/index/passage_table.h"

#include <cassert>
#include <utility>

namespace seekd::cache {

const PassageTable::Entry* PassageTable::find(std::uint64_t passage) const {
  const auto leaf = leaves_.find(passage / passages_per_leaf);
  if (leaf == leaves_.end()) return nullptr;
  const Entry& entry = leaf->second->entries[passage % passages_per_leaf];
  return entry.host == none ? nullptr : &entry;
}

PassageTable::Entry* PassageTable::find(std::uint64_t passage) {
  return const_cast<Entry*>(std::as_const(*this).find(passage));
}

PassageTable::Entry& PassageTable::add(std::uint64_t passage, std::uint32_t host) {
  assert(host != none);
  std::unique_ptr<Leaf>& leaf = leaves_[passage / passages_per_leaf];
  if (!leaf) leaf = std::make_unique<Leaf>();
  Entry& entry = leaf->entries[passage % passages_per_leaf];
  if (entry.host == none) ++leaf->used;
  entry.host = host;
  return entry;
}

void PassageTable::remove(std::uint64_t passage) {
  const auto leaf = leaves_.find(passage / passages_per_leaf);
  assert(leaf != leaves_.end());
  Entry& entry = leaf->second->entries[passage % passages_per_leaf];
  assert(entry.host != none);
  entry = {};
  if (--leaf->second->used == 0) leaves_.erase(leaf);
}

}  // namespace seekd::cache
