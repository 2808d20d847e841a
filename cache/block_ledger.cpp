#include "cache/block_ledger.h"

#include <cassert>
#include <utility>

namespace seekd::cache {
namespace {

// Two blocks of one hash do not happen by chance; somebody who makes them on purpose gets this
// many.
constexpr int places_max = 16;

}  // namespace

Result<BlockLedger::Entry*> BlockLedger::look_up(const ContentHash& id) {
  if (auto known = entries_.find(id); known != entries_.end()) return &known->second;
  if (!seen_.may_have_seen(id)) return nullptr;
  Result<std::optional<BlockRecord>> record = view_.load<BlockRecord>(Family::blocks, id.view());
  const bool damaged = !record && record.error().code == ErrorCode::corrupt;
  if (damaged && passes_over_damage_) return nullptr;
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return nullptr;
  Entry entry{.record = std::move(**record)};
  entry.pages_stored = entry.record.pages;
  return &entries_.emplace(id, std::move(entry)).first->second;
}

Result<ContentHash> BlockLedger::place(const Block& block) {
  ContentHash id = hash_block(block);
  for (int place = 0; place < places_max; ++place, id = next(id)) {
    Result<Entry*> entry = look_up(id);
    if (!entry) return std::unexpected(std::move(entry.error()));
    if (*entry == nullptr) {
      entries_.emplace(id, Entry{.record = {.pages = 0, .block = block}});
      return id;
    }
    if ((*entry)->record.block == block) return id;
  }
  return std::unexpected(view_.damaged(Family::blocks, id.view()));
}

void BlockLedger::hold(const ContentHash& id) {
  auto entry = entries_.find(id);
  assert(entry != entries_.end());
  ++entry->second.record.pages;
}

Status BlockLedger::release(const ContentHash& id) {
  Result<Entry*> entry = look_up(id);
  if (!entry) return std::unexpected(std::move(entry.error()));
  if (*entry == nullptr || (*entry)->record.pages == 0) {
    return std::unexpected(view_.damaged(Family::blocks, id.view()));
  }
  --(*entry)->record.pages;
  return {};
}

void BlockLedger::write_to(WriteSet& changes) const {
  for (const auto& [id, entry] : entries_) {
    if (entry.record.pages == entry.pages_stored) continue;
    if (entry.record.pages == 0) {
      changes.erase(Family::blocks, id.view());
    } else {
      changes.put(Family::blocks, id.view(), encode(entry.record));
    }
  }
}

BlockLedger::Totals BlockLedger::totals() const {
  Totals totals;
  for (const auto& [id, entry] : entries_) {
    if (entry.pages_stored == 0 && entry.record.pages > 0) {
      totals.added.push_back(id);
      totals.bytes_added += entry.record.block.text.size();
    }
    if (entry.pages_stored > 0 && entry.record.pages == 0) totals.removed.push_back(id);
  }
  return totals;
}

}  // namespace seekd::cache
