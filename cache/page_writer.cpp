#include "cache/page_writer.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cache/admission.h"
#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/page_reader.h"
#include "policy/collection.h"

namespace seekd::cache {
namespace {

constexpr std::size_t pages_purged_per_store = 16;
constexpr std::size_t passages_purged_at_once = 1000;  // what a batch of them holds in memory
constexpr std::uint32_t held_versions_max = 100'000;

}  // namespace

PageWriter::PageWriter(config::CacheConfig config, Database& database, SeenFilters& filters,
                       VectorIndex& vectors, PassageLengths& lengths, const Holds& holds,
                       TermReader terms, const CountersRecord& counters)
    : config_(std::move(config)),
      database_(database),
      filters_(filters),
      vectors_(vectors),
      lengths_(lengths),
      holds_(holds),
      terms_(std::move(terms)),
      counters_(counters) {}

Result<StoreOutcome> PageWriter::store(const FetchedPage& page, TimePoint now) {
  Arrival arrival{page.requested_at, keeping_of(config_, page.url, page.final_url)};
  Result<PageRecord> record = admit_page(page, arrival.keeping, now);
  if (!record) return std::unexpected(std::move(record.error()));
  heed_holds(*record);
  if (holds_.holding(record->url, record->final_url)) {
    arrival.keeping.versions_max = held_versions_max;
  }
  arrival.requested_at = std::min(page.requested_at, record->retrieved_at);
  std::lock_guard lock(writing_);
  // Damage to another page must not keep this one out; purge_expired() reports it.
  [[maybe_unused]] const auto purged = purge(now, pages_purged_per_store);
  Result<StoreOutcome> outcome = put(*record, page.blocks, arrival, now);
  if (outcome || outcome.error().code != ErrorCode::corrupt) return outcome;
  return put_over_damage(*record, page.blocks);
}

Result<StoreOutcome> PageWriter::put(const PageRecord& record, const std::vector<Block>& blocks,
                                     const Arrival& arrival, TimePoint now) {
  const ReadView view(database_);
  PageTransaction transaction = begin(view);
  Result<StoreOutcome> outcome = transaction.store(record, blocks, arrival, now);
  if (!outcome) return outcome;
  filters_.urls.add(page_key(record.url));
  if (Status done = commit(transaction, Durability::synced); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return outcome;
}

// What was there cannot be read, and its server has just sent it again.
Result<StoreOutcome> PageWriter::put_over_damage(const PageRecord& record,
                                                 const std::vector<Block>& blocks) {
  const ReadView view(database_);
  PageTransaction transaction = begin(view);
  Result<StoreOutcome> outcome = transaction.store_over_damage(record, blocks);
  if (!outcome) return outcome;
  filters_.urls.add(page_key(record.url));
  if (Status done = commit(transaction, Durability::synced); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return outcome;
}

Result<StoredPage> PageWriter::touch(std::string_view url, const CachingHeaders& headers,
                                     TimePoint requested_at, TimePoint received_at) {
  std::lock_guard lock(writing_);
  database_.set_clock(received_at);
  const ReadView view(database_);
  Result<std::optional<PageRecord>> record = load_live_page(view, url, received_at);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) {
    return fail(ErrorCode::not_found, std::string(url) + ": not in the cache; fetch it whole");
  }
  if (!is_about(headers, requested_at, received_at, **record)) return assemble_page(view, **record);
  confirm_page(headers, requested_at, received_at,
               keeping_of(config_, (*record)->url, (*record)->final_url), **record);
  heed_holds(**record);
  PageTransaction transaction = begin(view);
  if (Status confirmed = transaction.confirm(**record); !confirmed) {
    return std::unexpected(std::move(confirmed.error()));
  }
  if (Status done = commit(transaction, Durability::synced); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return assemble_page(view, **record);
}

Result<std::size_t> PageWriter::purge_expired(TimePoint now, std::size_t pages_max) {
  std::lock_guard lock(writing_);
  return purge(now, pages_max);
}

Status PageWriter::store_vectors(const std::vector<PassageVector>& vectors) {
  const std::lock_guard lock(writing_);
  const ReadView view(database_);
  WriteSet changes(database_);
  std::vector<std::pair<std::uint64_t, VectorRecord>> stored;
  Status damage;
  for (const PassageVector& one : vectors) {
    const std::string key = passage_key(one.passage);
    Result<std::optional<VectorRecord>> record = view.load<VectorRecord>(Family::vectors, key);
    if (!record && record.error().code == ErrorCode::corrupt) {
      vectors_.give_up(one.passage);
      if (damage) damage = std::unexpected(std::move(record.error()));
      continue;
    }
    if (!record) return std::unexpected(std::move(record.error()));
    if (!*record || !(*record)->waits()) continue;
    (*record)->scale = one.vector.scale;
    (*record)->values = one.vector.values;
    changes.put(Family::vectors, key, encode(**record));
    stored.emplace_back(one.passage, std::move(**record));
  }
  if (Status written = database_.write(changes, Durability::buffered); !written) return written;
  for (const auto& [passage, record] : stored) vectors_.put(passage, record);
  return damage;
}

// What was imported into a collection has no server that would give it again: it stays until
// somebody takes it out.
void PageWriter::heed_holds(PageRecord& record) const {
  const bool imported = policy::collection_of(record.url) != policy::web_collection;
  if (imported || holds_.holding(record.url, record.final_url)) record.expires_at = never;
}

Status PageWriter::renew_expiry(const ContentHash& key) {
  const std::lock_guard lock(writing_);
  const ReadView view(database_);
  Result<std::optional<PageRecord>> record = view.load<PageRecord>(Family::pages, key.view());
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return {};
  (*record)->expires_at =
      (*record)->retrieved_at + keeping_of(config_, (*record)->url, (*record)->final_url).retention;
  heed_holds(**record);
  PageTransaction transaction = begin(view);
  if (Status confirmed = transaction.confirm(**record); !confirmed) return confirmed;
  return commit(transaction, Durability::synced);
}

Result<Forgotten> PageWriter::forget(const ContentHash& key, Traces& traces) {
  const std::lock_guard lock(writing_);
  const ReadView view(database_);
  PageTransaction transaction = begin(view);
  Result<Forgotten> forgotten = transaction.forget(key, traces);
  if (!forgotten) return forgotten;
  if (Status done = commit(transaction, Durability::buffered); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return forgotten;
}

Status PageWriter::evict(const ContentHash& key) {
  const std::lock_guard lock(writing_);
  const ReadView view(database_);
  PageTransaction transaction = begin(view);
  if (Status gone = transaction.evict(key); !gone) return gone;
  return commit(transaction, Durability::buffered);
}

Status PageWriter::refill_filters() {
  const std::lock_guard lock(writing_);
  const CountersRecord now = counters();
  if (Status filled = seekd::cache::refill_filters(filters_, ReadView(database_), now); !filled) {
    return filled;
  }
  WriteSet changes(database_);
  save_filters(filters_, now, changes);
  return database_.write(changes, Durability::synced);
}

CountersRecord PageWriter::counters() const {
  std::lock_guard lock(counting_);
  return counters_;
}

PageTransaction PageWriter::begin(const ReadView& view) {
  return PageTransaction(database_, view, filters_.blocks, terms_, counters());
}

Status PageWriter::commit(PageTransaction& transaction, Durability durability) {
  WriteSet& changes = transaction.finish();
  for (const ContentHash& block : transaction.blocks_added()) filters_.blocks.add(block);
  for (const auto& added : transaction.passages().added())
    lengths_.put(added.passage, added.length);
  if (Status written = database_.write(changes, durability); !written) return written;
  {
    std::lock_guard lock(counting_);
    counters_ = transaction.counters();
  }
  for (std::uint64_t passage : transaction.passages().removed()) {
    vectors_.remove(passage);
    lengths_.remove(passage);
  }
  for (const auto& added : transaction.passages().added()) {
    vectors_.put(added.passage, added.vector);
  }
  // The batch is written: a filter that stays narrow answers 'maybe' more often, and is widened
  // after the next one.
  [[maybe_unused]] const Status widened =
      widen_filters(filters_, ReadView(database_), transaction.counters());
  return {};
}

Result<std::vector<ExpiryKey>> PageWriter::expired_pages(TimePoint now,
                                                         std::size_t pages_max) const {
  const ReadView view(database_);
  std::vector<ExpiryKey> pages;
  std::string damaged_key;
  Status read = view.for_each(Family::expiry, "", [&](std::string_view bytes, std::string_view) {
    const std::optional<ExpiryKey> key = parse_expiry_key(bytes);
    if (!key) damaged_key = bytes;
    if (!key || !expired(key->expires_at, now) || pages.size() == pages_max) return false;
    pages.push_back(*key);
    return true;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!damaged_key.empty()) return std::unexpected(view.damaged(Family::expiry, damaged_key));
  return pages;
}

// As many of them as one batch takes, from the first on: says how many. A posting list that some of
// them share is rewritten once.
Result<std::size_t> PageWriter::purge_together(std::span<const ExpiryKey> due) {
  const ReadView view(database_);
  PageTransaction transaction = begin(view);
  std::size_t pages = 0;
  while (pages < due.size() && transaction.passages().removed().size() < passages_purged_at_once) {
    if (Status reclaimed = transaction.reclaim(due[pages]); !reclaimed) {
      return std::unexpected(std::move(reclaimed.error()));
    }
    ++pages;
  }
  // Undone by a crash, it is done again.
  if (Status done = commit(transaction, Durability::buffered); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return pages;
}

Result<std::size_t> PageWriter::purge(TimePoint now, std::size_t pages_max) {
  database_.set_clock(now);
  const Result<std::vector<ExpiryKey>> due = expired_pages(now, pages_max);
  if (!due) return std::unexpected(due.error());
  Status first_failure;
  std::size_t together = due->size();
  for (std::span<const ExpiryKey> rest = *due; !rest.empty();) {
    const Result<std::size_t> purged = purge_together(rest.first(std::min(together, rest.size())));
    if (!purged && together > 1) {
      together = 1;  // a damaged page must not keep the others
      continue;
    }
    if (!purged && first_failure) first_failure = std::unexpected(purged.error());
    rest = rest.subspan(purged.value_or(1));
  }
  if (!first_failure) return std::unexpected(std::move(first_failure.error()));
  return due->size();
}

}  // namespace seekd::cache
