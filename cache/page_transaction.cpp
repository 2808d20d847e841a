#include "cache/page_transaction.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cache/admission.h"
#include "cache/content_links.h"
#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/page_change.h"
#include "cache/page_reader.h"

namespace seekd::cache {
namespace {

void append_ids(const std::vector<BlockRef>& refs, std::vector<ContentHash>& ids) {
  for (const BlockRef& ref : refs) ids.push_back(ref.id);
}

void sort_unique(std::vector<ContentHash>& ids) {
  std::ranges::sort(ids);
  const auto rest = std::ranges::unique(ids);
  ids.erase(rest.begin(), rest.end());
}

void take_outcome(const PageChange& change, StoreOutcome& outcome) {
  const bool edited = change.extent == Extent::minor || change.extent == Extent::major;
  outcome.change = edited ? Change::changed : Change::unchanged;
  outcome.extent = change.extent;
  outcome.similarity = change.similarity;
  outcome.changed_text_bytes = change.changed_text_bytes;
}

// Fetches may end in another order than they began. A stored time that is still to come was written
// under a wrong clock, and holds nobody up.
bool older_than_stored(const PageRecord& record, const PageRecord& stored, TimePoint now) {
  return record.retrieved_at < stored.retrieved_at && stored.retrieved_at <= now;
}

// Those that a difference between versions is told by; menus are not worth their bytes.
Result<std::string> links_of_content(const ReadView& view, const PageRecord& page) {
  Result<StoredPage> whole = assemble_page(view, page);
  if (!whole) return std::unexpected(std::move(whole.error()));
  return encode_links(content_links(whole->blocks, whole->links));
}

std::vector<std::uint64_t> passage_ids(const std::vector<PassageRef>& passages) {
  std::vector<std::uint64_t> ids;
  ids.reserve(passages.size());
  for (const PassageRef& passage : passages) ids.push_back(passage.id);
  return ids;
}

policy::Visit visit_of(const std::optional<PageRecord>& before, const PageRecord& record,
                       const StoreOutcome& outcome) {
  if (!before) return {};
  return {record.retrieved_at - before->retrieved_at, outcome.change == Change::changed};
}

}  // namespace

PageTransaction::PageTransaction(const Database& database, const ReadView& view,
                                 const SeenFilter& seen_blocks, TermReader& terms,
                                 const CountersRecord& counters)
    : view_(view),
      counters_(counters),
      changes_(database),
      ledger_(view, seen_blocks),
      passages_(view, terms, counters_, changes_) {}

Result<PageTransaction::Stored> PageTransaction::load_stored(const ContentHash& key,
                                                             TimePoint now) const {
  Result<std::optional<HoldingsRecord>> holdings =
      view_.load<HoldingsRecord>(Family::holdings, key.view());
  if (!holdings) return std::unexpected(std::move(holdings.error()));
  Result<std::optional<PageRecord>> page = load_live_page(view_, key, now);
  if (!page) return std::unexpected(std::move(page.error()));
  if (*page && !*holdings) return std::unexpected(view_.damaged(Family::holdings, key.view()));
  return Stored{.page = std::move(*page), .holdings = std::move(*holdings)};
}

// May the record stand in the place of what is stored? Gives what the page holds already: nothing
// when it is new, or when what was there had expired and is taken out.
Result<HoldingsRecord> PageTransaction::make_room(const ContentHash& key, const PageRecord& record,
                                                  const Stored& stored, TimePoint now) {
  if (!stored.page) {
    if (!stored.holdings) return HoldingsRecord{};
    if (Status gone = reclaim(key, *stored.holdings); !gone) return std::unexpected(gone.error());
    return HoldingsRecord{};
  }
  if (stored.page->url != record.url) {
    return fail(ErrorCode::invalid_argument, "url: " + record.url + " has the same hash as " +
                                                 stored.page->url +
                                                 "; only one of them can be stored");
  }
  if (older_than_stored(record, *stored.page, now)) {
    return fail(ErrorCode::invalid_argument,
                "retrieved_at: a newer copy of " + record.url + " is stored already");
  }
  return *stored.holdings;
}

Result<StoreOutcome> PageTransaction::store(PageRecord record, const std::vector<Block>& blocks,
                                            const Arrival& arrival, TimePoint now) {
  const ContentHash key = page_key(record.url);
  Result<Stored> stored = load_stored(key, now);
  if (!stored) return std::unexpected(std::move(stored.error()));
  const std::optional<PageRecord>& before = stored->page;
  Result<HoldingsRecord> held = make_room(key, record, *stored, now);
  if (!held) return std::unexpected(std::move(held.error()));
  if (Status placed = place_blocks(blocks, record); !placed) {
    return std::unexpected(std::move(placed.error()));
  }
  Result<StoreOutcome> outcome = compare(before, record, blocks);
  if (!outcome) return outcome;
  count_visit(before ? before->history : policy::ChangeHistory{},
              visit_of(before, record, *outcome), arrival.requested_at, arrival.keeping.freshness,
              record);
  Result<std::vector<ContentHash>> past =
      outcome->change == Change::changed
          ? archive(key, *before, arrival.keeping.versions_max, record.retrieved_at)
          : blocks_of_past(key, *held, before, record);
  if (!past) return std::unexpected(std::move(past.error()));
  Result<HoldingsRecord> holdings = exchange_blocks(*held, std::move(*past), record);
  if (!holdings) return std::unexpected(std::move(holdings.error()));
  Result<std::vector<PassageRef>> passages =
      passages_.exchange(before ? before->passages : std::vector<PassageRef>{}, record, blocks);
  if (!passages) return std::unexpected(std::move(passages.error()));
  record.passages = std::move(*passages);
  holdings->passages = passage_ids(record.passages);
  put_page(key, record, *holdings, before ? std::optional(before->expires_at) : std::nullopt);
  if (!before) ++counters_.pages;

  const BlockLedger::Totals totals = ledger_.totals();
  outcome->blocks_written = totals.added.size();
  outcome->bytes_written = totals.bytes_added;
  return outcome;
}

Result<StoreOutcome> PageTransaction::store_over_damage(PageRecord record,
                                                        const std::vector<Block>& blocks) {
  const ContentHash key = page_key(record.url);
  record.changed_at = record.retrieved_at;
  ledger_.pass_over_damage();
  // Those whose keys cannot be read either are left to the repair.
  [[maybe_unused]] const Status read =
      view_.for_each(Family::versions, key.view(), [&](std::string_view version, std::string_view) {
        changes_.erase(Family::versions, version);
        --counters_.versions;
        return true;
      });
  if (Status placed = place_blocks(blocks, record); !placed) {
    return std::unexpected(std::move(placed.error()));
  }
  HoldingsRecord holdings{.expires_at = record.expires_at, .blocks = {}, .passages = {}};
  append_ids(record.blocks, holdings.blocks);
  sort_unique(holdings.blocks);
  for (const ContentHash& id : holdings.blocks) ledger_.hold(id);
  Result<std::vector<PassageRef>> passages = passages_.exchange({}, record, blocks);
  if (!passages) return std::unexpected(std::move(passages.error()));
  record.passages = std::move(*passages);
  holdings.passages = passage_ids(record.passages);
  put_page(key, record, holdings, std::nullopt);
  const BlockLedger::Totals totals = ledger_.totals();
  return StoreOutcome{.blocks_total = record.blocks.size(),
                      .blocks_written = totals.added.size(),
                      .bytes_written = totals.bytes_added};
}

Status PageTransaction::adopt(PageRecord record, const std::vector<VersionRecord>& versions,
                              const std::vector<std::vector<Block>>& contents) {
  const ContentHash key = page_key(record.url);
  HoldingsRecord holdings{.expires_at = record.expires_at, .blocks = {}, .passages = {}};
  record.blocks.clear();
  if (Status placed = place_blocks(contents.front(), record); !placed) return placed;
  append_ids(record.blocks, holdings.blocks);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    VersionRecord version = versions[i];
    version.page.blocks.clear();
    if (Status placed = place_blocks(contents[i + 1], version.page); !placed) return placed;
    append_ids(version.page.blocks, holdings.blocks);
    changes_.put(Family::versions, version_key(key, version.page.version), encode(version));
    ++counters_.versions;
  }
  sort_unique(holdings.blocks);
  for (const ContentHash& id : holdings.blocks) ledger_.hold(id);
  Result<std::vector<PassageRef>> passages = passages_.exchange({}, record, contents.front());
  if (!passages) return std::unexpected(std::move(passages.error()));
  record.passages = std::move(*passages);
  holdings.passages = passage_ids(record.passages);
  put_page(key, record, holdings, std::nullopt);
  ++counters_.pages;
  return {};
}

// Completes the record by the version before it. Noise makes no version, and is stored all the
// same: the record's times and validators are of the text that came with them.
Result<StoreOutcome> PageTransaction::compare(const std::optional<PageRecord>& before,
                                              PageRecord& record,
                                              const std::vector<Block>& blocks) {
  StoreOutcome outcome{.blocks_total = record.blocks.size()};
  record.changed_at = record.retrieved_at;
  if (!before) return outcome;
  const bool listed_alike = before->listing == record.listing;
  if (before->blocks == record.blocks && before->links == record.links && listed_alike) {
    take_outcome({}, outcome);
  } else {
    Result<StoredPage> stored = assemble_page(view_, *before);
    if (!stored) return std::unexpected(std::move(stored.error()));
    std::vector<Link> links;
    if (!decode_links(record.links, links)) {
      return std::unexpected(view_.damaged(Family::pages, page_key(record.url).view()));
    }
    PageChange change = judge_change({stored->blocks, stored->links}, {blocks, links});
    const bool edited = change.extent == Extent::minor || change.extent == Extent::major;
    if (!edited && !listed_alike) change.extent = Extent::minor;
    take_outcome(change, outcome);
  }
  const bool changed = outcome.change == Change::changed;
  record.version = before->version + (changed ? 1 : 0);
  if (!changed) record.changed_at = before->changed_at;
  outcome.version = record.version;
  return outcome;
}

Status PageTransaction::confirm(const PageRecord& record) {
  const ContentHash key = page_key(record.url);
  Result<std::optional<HoldingsRecord>> holdings =
      view_.load<HoldingsRecord>(Family::holdings, key.view());
  if (!holdings) return std::unexpected(std::move(holdings.error()));
  if (!*holdings) return std::unexpected(view_.damaged(Family::holdings, key.view()));
  const TimePoint expires_at_before = (*holdings)->expires_at;
  (*holdings)->expires_at = record.expires_at;
  put_page(key, record, **holdings, expires_at_before);
  return {};
}

Status PageTransaction::reclaim(const ExpiryKey& due) {
  Result<std::optional<HoldingsRecord>> holdings =
      view_.load<HoldingsRecord>(Family::holdings, due.page.view());
  if (!holdings) return std::unexpected(std::move(holdings.error()));
  if (*holdings && (*holdings)->expires_at == due.expires_at) return reclaim(due.page, **holdings);
  changes_.erase(Family::expiry, expiry_key(due.expires_at, due.page));
  return {};
}

Result<Forgotten> PageTransaction::forget(const ContentHash& key, Traces& traces) {
  Result<std::optional<HoldingsRecord>> holdings =
      view_.load<HoldingsRecord>(Family::holdings, key.view());
  if (!holdings) return std::unexpected(std::move(holdings.error()));
  if (!*holdings) return Forgotten{};
  const std::uint64_t versions_before = counters_.versions;
  if (Status reclaimed = reclaim(key, **holdings); !reclaimed) {
    return std::unexpected(std::move(reclaimed.error()));
  }
  const BlockLedger::Totals totals = ledger_.totals();
  traces.add_page(key);
  for (const ContentHash& block : totals.removed) traces.add_block(block);
  for (const std::uint64_t passage : (*holdings)->passages) traces.add_passage(passage);
  return Forgotten{.versions = versions_before - counters_.versions,
                   .blocks = totals.removed.size(),
                   .blocks_shared = (*holdings)->blocks.size() - totals.removed.size(),
                   .passages = (*holdings)->passages.size()};
}

Status PageTransaction::evict(const ContentHash& key) {
  Result<std::optional<HoldingsRecord>> holdings =
      view_.load<HoldingsRecord>(Family::holdings, key.view());
  if (!holdings) return std::unexpected(std::move(holdings.error()));
  if (!*holdings) return {};
  return reclaim(key, **holdings);
}

Status PageTransaction::reclaim(const ContentHash& key, const HoldingsRecord& holdings) {
  for (const ContentHash& block : holdings.blocks) {
    if (Status released = ledger_.release(block); !released) return released;
  }
  for (std::uint64_t passage : holdings.passages) {
    if (Status removed = passages_.remove(passage); !removed) return removed;
  }
  Status erased = view_.for_each(Family::versions, key.view(),
                                 [&](std::string_view version, std::string_view /*value*/) {
                                   changes_.erase(Family::versions, version);
                                   --counters_.versions;
                                   return true;
                                 });
  if (!erased) return erased;
  changes_.erase(Family::pages, key.view());
  changes_.erase(Family::holdings, key.view());
  changes_.erase(Family::expiry, expiry_key(holdings.expires_at, key));
  --counters_.pages;
  return {};
}

Status PageTransaction::place_blocks(const std::vector<Block>& blocks, PageRecord& record) {
  record.blocks.reserve(blocks.size());
  for (const Block& block : blocks) {
    Result<ContentHash> id = ledger_.place(block);
    if (!id) return std::unexpected(std::move(id.error()));
    record.blocks.push_back({*id, static_cast<std::uint32_t>(block.text.size())});
  }
  record.snapshot_hash = hash_text(snapshot_text(blocks));
  return {};
}

// The blocks that past versions hold where `record` makes none. Where its own are those of `before`
// they are not told apart from these.
Result<std::vector<ContentHash>> PageTransaction::blocks_of_past(
    const ContentHash& key, const HoldingsRecord& held, const std::optional<PageRecord>& before,
    const PageRecord& record) const {
  if (!before || before->blocks == record.blocks) return held.blocks;
  Result<std::vector<VersionRecord>> past = load_versions(view_, key);
  if (!past) return std::unexpected(std::move(past.error()));
  std::vector<ContentHash> blocks;
  for (const VersionRecord& version : *past) append_ids(version.page.blocks, blocks);
  return blocks;
}

// `past`: the blocks of the versions that stay beside `record`.
Result<HoldingsRecord> PageTransaction::exchange_blocks(const HoldingsRecord& held,
                                                        std::vector<ContentHash> past,
                                                        const PageRecord& record) {
  HoldingsRecord needed{.expires_at = record.expires_at, .blocks = std::move(past), .passages = {}};
  append_ids(record.blocks, needed.blocks);
  sort_unique(needed.blocks);

  std::vector<ContentHash> ids;
  std::ranges::set_difference(needed.blocks, held.blocks, std::back_inserter(ids));
  for (const ContentHash& id : ids) ledger_.hold(id);
  ids.clear();
  std::ranges::set_difference(held.blocks, needed.blocks, std::back_inserter(ids));
  for (const ContentHash& id : ids) {
    if (Status released = ledger_.release(id); !released) {
      return std::unexpected(std::move(released.error()));
    }
  }
  return needed;
}

// Puts `replaced` among the past versions and drops the oldest over the limit. Gives the blocks of
// those that stay.
Result<std::vector<ContentHash>> PageTransaction::archive(const ContentHash& key,
                                                          const PageRecord& replaced,
                                                          std::uint32_t versions_max,
                                                          TimePoint replaced_at) {
  Result<std::vector<VersionRecord>> past = load_versions(view_, key);
  if (!past) return std::unexpected(std::move(past.error()));
  VersionRecord version{.replaced_at = replaced_at, .page = replaced};
  version.page.passages.clear();
  version.page.history = {};
  Result<std::string> links = links_of_content(view_, replaced);
  if (!links) return std::unexpected(std::move(links.error()));
  version.page.links = std::move(*links);
  changes_.put(Family::versions, version_key(key, replaced.version), encode(version));
  ++counters_.versions;
  past->push_back(std::move(version));

  const std::size_t dropped = past->size() > versions_max ? past->size() - versions_max : 0;
  std::vector<ContentHash> blocks;
  for (std::size_t i = 0; i < past->size(); ++i) {
    const PageRecord& page = (*past)[i].page;
    if (i >= dropped) {
      append_ids(page.blocks, blocks);
      continue;
    }
    changes_.erase(Family::versions, version_key(key, page.version));
    --counters_.versions;
  }
  return blocks;
}

void PageTransaction::put_page(const ContentHash& key, const PageRecord& record,
                               const HoldingsRecord& holdings,
                               std::optional<TimePoint> expires_at_before) {
  if (expires_at_before) {
    changes_.erase(Family::expiry, expiry_key(*expires_at_before, key));
  }
  changes_.put(Family::expiry, expiry_key(record.expires_at, key), "");
  changes_.put(Family::pages, key.view(), encode(record));
  changes_.put(Family::holdings, key.view(), encode(holdings));
}

WriteSet& PageTransaction::finish() {
  ledger_.write_to(changes_);
  const BlockLedger::Totals totals = ledger_.totals();
  counters_.blocks += totals.added.size();
  counters_.blocks -= totals.removed.size();
  passages_.write_postings();
  ++counters_.generation;
  changes_.put(Family::meta, counters_key, encode(counters_));
  return changes_;
}

}  // namespace seekd::cache
