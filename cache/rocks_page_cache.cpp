#include "cache/rocks_page_cache.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "cache/database.h"
#include "cache/expiry.h"
#include "cache/filter_snapshot.h"
#include "cache/index/search.h"
#include "cache/page_reader.h"
#include "cache/page_transaction.h"
#include "policy/http_freshness.h"
#include "policy/url.h"

namespace seekd::cache {
namespace {

constexpr std::uint64_t page_bytes_max =
    64 << 20;  // of text and links; a fetcher's reply is far below
constexpr std::size_t pages_purged_per_store = 16;

std::uint64_t page_bytes(const FetchedPage& page) {
  std::uint64_t bytes = page.blocks.size() + page.links.size();
  for (const Block& block : page.blocks) bytes += block.text.size();
  for (const Link& link : page.links) bytes += link.url.size() + link.text.size();
  return bytes;
}

class RocksPageCache : public PageCache {
 public:
  static Result<std::unique_ptr<PageCache>> open(const config::CacheConfig& config, TimePoint now);
  ~RocksPageCache() override;

  Result<std::optional<StoredPage>> find(std::string_view url, TimePoint now) override;
  Result<std::optional<StoredPage>> find_version(std::string_view url, std::uint32_t version,
                                                 TimePoint now) override;
  Result<std::vector<VersionInfo>> versions(std::string_view url, TimePoint now) override;
  Result<StoreOutcome> store(const FetchedPage& page, TimePoint now) override;
  Result<StoredPage> touch(std::string_view url, const CachingHeaders& headers,
                           TimePoint requested_at, TimePoint received_at) override;
  Result<std::vector<Passage>> search(const SearchQuery& query, TimePoint now) override;
  Result<std::size_t> purge_expired(TimePoint now, std::size_t pages_max) override;
  Result<CacheStatistics> statistics() override;

 private:
  RocksPageCache(config::CacheConfig config, std::unique_ptr<Database> database, TermReader terms,
                 const CountersRecord& counters, SeenFilter seen_urls, SeenFilter seen_blocks)
      : config_(std::move(config)),
        database_(std::move(database)),
        terms_(std::move(terms)),
        counters_(counters),
        generation_saved_(counters.generation),
        seen_urls_(std::move(seen_urls)),
        seen_blocks_(std::move(seen_blocks)) {}

  bool never_seen(std::string_view url);
  Result<PageRecord> judged_record(const FetchedPage& page, TimePoint now) const;
  PageTransaction begin(const ReadView& view);
  Status commit(PageTransaction& transaction, Durability durability);
  Status widen_filters();
  Status purge_page(const ContentHash& key);
  Result<std::size_t> purge(TimePoint now, std::size_t pages_max);
  CountersRecord counters();

  const config::CacheConfig config_;
  const std::unique_ptr<Database> database_;

  std::mutex writing_;  // one batch at a time; guards terms_ and, for changes, the members below
  TermReader terms_;
  std::mutex counting_;  // guards counters_ against statistics()
  CountersRecord counters_;
  const std::uint64_t generation_saved_;
  SeenFilter seen_urls_;
  SeenFilter seen_blocks_;
  std::atomic<std::uint64_t> bloom_negative_answers_ = 0;
};

Result<std::unique_ptr<PageCache>> RocksPageCache::open(const config::CacheConfig& config,
                                                        TimePoint now) {
  Result<TermReader> terms = TermReader::create();
  if (!terms) return std::unexpected(std::move(terms.error()));
  Result<std::unique_ptr<Database>> database = Database::open(config, now);
  if (!database) return std::unexpected(std::move(database.error()));
  const ReadView view(**database);
  Result<std::optional<CountersRecord>> stored =
      view.load<CountersRecord>(Family::meta, counters_key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  const CountersRecord counters = stored->value_or(CountersRecord{});
  Result<SeenFilter> urls = load_filter(view, url_filter_place, counters.generation,
                                        std::max(config.urls_expected, counters.pages * 2));
  if (!urls) return std::unexpected(std::move(urls.error()));
  Result<SeenFilter> blocks = load_filter(view, block_filter_place, counters.generation,
                                          std::max(config.blocks_expected, counters.blocks * 2));
  if (!blocks) return std::unexpected(std::move(blocks.error()));
  return std::unique_ptr<PageCache>(new RocksPageCache(config, std::move(*database),
                                                       std::move(*terms), counters,
                                                       std::move(*urls), std::move(*blocks)));
}

// A failure here costs the next start the time to fill the filters again, and nothing else.
RocksPageCache::~RocksPageCache() {
  if (counters_.generation == generation_saved_) return;
  WriteSet changes(*database_);
  changes.put(Family::meta, url_filter_key, encode(seen_urls_.save(counters_.generation)));
  changes.put(Family::meta, block_filter_key, encode(seen_blocks_.save(counters_.generation)));
  (void)database_->write(changes, Durability::synced);
}

bool RocksPageCache::never_seen(std::string_view url) {
  if (seen_urls_.may_have_seen(page_key(url))) return false;
  bloom_negative_answers_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

Result<std::optional<StoredPage>> RocksPageCache::find(std::string_view url, TimePoint now) {
  if (never_seen(url)) return std::nullopt;
  const ReadView view(*database_);
  Result<std::optional<PageRecord>> record = load_live_page(view, url, now);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return std::nullopt;
  return assemble_page(view, **record);
}

Result<std::optional<StoredPage>> RocksPageCache::find_version(std::string_view url,
                                                               std::uint32_t version,
                                                               TimePoint now) {
  if (never_seen(url)) return std::nullopt;
  const ReadView view(*database_);
  Result<std::optional<PageRecord>> record = load_live_page(view, url, now);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return std::nullopt;
  if ((*record)->version == version) return assemble_page(view, **record);
  Result<std::optional<VersionRecord>> past =
      view.load<VersionRecord>(Family::versions, version_key(page_key(url), version));
  if (!past) return std::unexpected(std::move(past.error()));
  if (!*past) return std::nullopt;
  // A past version lives as long as its page.
  (*past)->page.expires_at = (*record)->expires_at;
  return assemble_page(view, (*past)->page);
}

Result<std::vector<VersionInfo>> RocksPageCache::versions(std::string_view url, TimePoint now) {
  if (never_seen(url)) return std::vector<VersionInfo>{};
  const ReadView view(*database_);
  Result<std::optional<PageRecord>> record = load_live_page(view, url, now);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return std::vector<VersionInfo>{};
  Result<std::vector<VersionRecord>> past = load_versions(view, page_key(url));
  if (!past) return std::unexpected(std::move(past.error()));
  const auto info = [](const PageRecord& page, std::optional<TimePoint> replaced_at) {
    return VersionInfo{.version = page.version,
                       .snapshot_hash = page.snapshot_hash.hex(),
                       .first_seen = page.changed_at,
                       .replaced_at = replaced_at,
                       .blocks = page.blocks.size()};
  };
  std::vector<VersionInfo> versions{info(**record, std::nullopt)};
  for (auto version = past->rbegin(); version != past->rend(); ++version) {
    versions.push_back(info(version->page, version->replaced_at));
  }
  return versions;
}

Result<PageRecord> RocksPageCache::judged_record(const FetchedPage& page, TimePoint now) const {
  if (page.url.empty() || page.url.size() > policy::url_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                "url: has to be of 1 to " + std::to_string(policy::url_bytes_max) + " bytes");
  }
  if (page_bytes(page) > page_bytes_max) {
    return fail(ErrorCode::too_large, page.url + ": has more text and links than the " +
                                          std::to_string(page_bytes_max >> 20) +
                                          " MiB that the cache takes");
  }
  // A retrieval that is still to come is a wrong clock's; it must not make a page live for ever.
  const TimePoint retrieved_at = std::min(page.retrieved_at, now);
  const policy::Freshness freshness = policy::judge_freshness(
      page.headers, std::min(page.requested_at, retrieved_at), retrieved_at, config_.freshness);
  if (!freshness.storable) {
    return fail(ErrorCode::invalid_argument,
                page.url + ": its server forbids storing it (Cache-Control: " +
                    page.headers.cache_control + ")");
  }
  const TimePoint expires_at = retrieved_at + config_.retention;
  if (expired(expires_at, now)) {
    return fail(ErrorCode::invalid_argument,
                page.url + ": retrieved longer ago than cache.retention (" +
                    std::to_string(config_.retention.count()) + " s) keeps pages");
  }
  return PageRecord{.expires_at = expires_at,
                    .url = page.url,
                    .final_url = page.final_url,
                    .version = 1,
                    .snapshot_hash = {},
                    .retrieved_at = retrieved_at,
                    .changed_at = retrieved_at,
                    .fresh_until = freshness.fresh_until,
                    .always_revalidate = freshness.always_revalidate,
                    .headers = page.headers,
                    .metadata = page.metadata,
                    .blocks = {},
                    .passages = {},
                    .links = encode_links(page.links)};
}

PageTransaction RocksPageCache::begin(const ReadView& view) {
  return PageTransaction(*database_, view, seen_blocks_, terms_, counters_);
}

Result<StoreOutcome> RocksPageCache::store(const FetchedPage& page, TimePoint now) {
  Result<PageRecord> record = judged_record(page, now);
  if (!record) return std::unexpected(std::move(record.error()));
  std::lock_guard lock(writing_);
  // Damage to another page must not keep this one out; purge_expired() reports it.
  (void)purge(now, pages_purged_per_store);
  const ReadView view(*database_);
  PageTransaction transaction = begin(view);
  Result<StoreOutcome> outcome =
      transaction.store(std::move(*record), page.blocks, config_.versions_max, now);
  if (!outcome) return outcome;
  // Known before it is there: a filter may say 'maybe' too early, never 'no' too late.
  seen_urls_.add(page_key(page.url));
  if (Status done = commit(transaction, Durability::synced); !done) {
    return std::unexpected(done.error());
  }
  return outcome;
}

Result<StoredPage> RocksPageCache::touch(std::string_view url, const CachingHeaders& headers,
                                         TimePoint requested_at, TimePoint received_at) {
  std::lock_guard lock(writing_);
  database_->set_clock(received_at);
  const ReadView view(*database_);
  Result<std::optional<PageRecord>> record = load_live_page(view, url, received_at);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) {
    return fail(ErrorCode::not_found, std::string(url) + ": not in the cache; fetch it whole");
  }
  PageRecord& page = **record;
  page.headers = policy::updated_headers(page.headers, headers);
  const policy::Freshness freshness =
      policy::judge_freshness(page.headers, requested_at, received_at, config_.freshness);
  page.retrieved_at = received_at;
  page.fresh_until = freshness.fresh_until;
  page.expires_at = received_at + config_.retention;
  // What is stored may stay under a new no-store, and is asked for each time.
  page.always_revalidate = freshness.always_revalidate || !freshness.storable;
  PageTransaction transaction = begin(view);
  if (Status confirmed = transaction.confirm(page); !confirmed) {
    return std::unexpected(confirmed.error());
  }
  if (Status done = commit(transaction, Durability::synced); !done) {
    return std::unexpected(done.error());
  }
  return assemble_page(view, page);
}

Result<std::vector<Passage>> RocksPageCache::search(const SearchQuery& query, TimePoint now) {
  Result<TermReader> terms = TermReader::create();
  if (!terms) return std::unexpected(std::move(terms.error()));
  const ReadView view(*database_);
  return search_passages(view, *terms, query, now);
}

Status RocksPageCache::commit(PageTransaction& transaction, Durability durability) {
  Result<WriteSet*> changes = transaction.finish();
  if (!changes) return std::unexpected(std::move(changes.error()));
  for (const ContentHash& block : transaction.blocks_added()) seen_blocks_.add(block);
  bloom_negative_answers_.fetch_add(transaction.blocks_never_seen(), std::memory_order_relaxed);
  if (Status written = database_->write(**changes, durability); !written) return written;
  {
    std::lock_guard lock(counting_);
    counters_ = transaction.counters();
  }
  return widen_filters();
}

// A filter that is full is filled anew, twice as large as what is there.
Status RocksPageCache::widen_filters() {
  const auto widen = [&](SeenFilter& filter, const FilterPlace& place,
                         std::uint64_t keys) -> Status {
    if (!filter.full()) return {};
    const ReadView view(*database_);
    Result<SeenFilter> wider = fill_filter(view, place, keys * 2);
    if (!wider) return std::unexpected(std::move(wider.error()));
    filter.swap(*wider);
    return {};
  };
  if (Status widened = widen(seen_urls_, url_filter_place, counters_.pages); !widened) {
    return widened;
  }
  return widen(seen_blocks_, block_filter_place, counters_.blocks);
}

Status RocksPageCache::purge_page(const ContentHash& key) {
  const ReadView view(*database_);
  PageTransaction transaction = begin(view);
  if (Status reclaimed = transaction.reclaim(key); !reclaimed) return reclaimed;
  // Undone by a crash, it is done again.
  return commit(transaction, Durability::buffered);
}

Result<std::size_t> RocksPageCache::purge(TimePoint now, std::size_t pages_max) {
  database_->set_clock(now);
  std::vector<ContentHash> due;
  {
    const ReadView view(*database_);
    Status read = view.for_each(Family::expiry, "", [&](std::string_view bytes, std::string_view) {
      const std::optional<ExpiryKey> key = parse_expiry_key(bytes);
      if (key && expired(key->expires_at, now) && due.size() < pages_max) {
        due.push_back(key->page);
        return true;
      }
      return false;
    });
    if (!read) return std::unexpected(std::move(read.error()));
  }
  Status first_failure;
  for (const ContentHash& key : due) {
    Status purged = purge_page(key);
    if (!purged && first_failure) first_failure = std::move(purged);
  }
  if (!first_failure) return std::unexpected(std::move(first_failure.error()));
  return due.size();
}

Result<std::size_t> RocksPageCache::purge_expired(TimePoint now, std::size_t pages_max) {
  std::lock_guard lock(writing_);
  return purge(now, pages_max);
}

CountersRecord RocksPageCache::counters() {
  std::lock_guard lock(counting_);
  return counters_;
}

Result<CacheStatistics> RocksPageCache::statistics() {
  const CountersRecord counters = this->counters();
  return CacheStatistics{.pages = counters.pages,
                         .versions = counters.versions,
                         .blocks = counters.blocks,
                         .passages = counters.passages,
                         .disk_bytes = database_->disk_bytes(),
                         .bloom_negative_answers = bloom_negative_answers_.load()};
}

}  // namespace

Result<std::unique_ptr<PageCache>> open_rocks_page_cache(const config::CacheConfig& config,
                                                         TimePoint now) {
  return RocksPageCache::open(config, now);
}

}  // namespace seekd::cache
