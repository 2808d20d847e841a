#include "cache/rocks_page_cache.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "cache/database.h"
#include "cache/evictor.h"
#include "cache/families.h"
#include "cache/holds.h"
#include "cache/index/embedding_work.h"
#include "cache/index/rerank.h"
#include "cache/index/search.h"
#include "cache/index/term_readers.h"
#include "cache/page_keeper.h"
#include "cache/page_reader.h"
#include "cache/page_use.h"
#include "cache/page_writer.h"
#include "cache/passage_embedder.h"
#include "cache/schedule.h"
#include "cache/seen_filters.h"
#include "cache/verify.h"

namespace seekd::cache {
namespace {

VersionInfo version_info(const PageRecord& page, std::optional<TimePoint> replaced_at) {
  return {.version = page.version,
          .snapshot_hash = page.snapshot_hash.hex(),
          .first_seen = page.changed_at,
          .replaced_at = replaced_at,
          .blocks = page.blocks.size()};
}

class RocksPageCache : public PageCache {
 public:
  RocksPageCache(const config::CacheConfig& config, std::unique_ptr<Database> database,
                 SeenFilters filters, std::unique_ptr<Vectors> vectors, const HoldsRecord& holds,
                 TermReader terms, const CountersRecord& counters,
                 std::optional<Reranking> reranking)
      : database_(std::move(database)),
        filters_(std::move(filters)),
        vectors_(std::move(vectors)),
        reranking_(std::move(reranking)),
        holds_(holds),
        writer_(config, *database_, filters_, vectors_->index, vectors_->lengths, holds_,
                std::move(terms), counters),
        embedder_(*database_, *vectors_, writer_),
        keeper_(*database_, writer_, holds_),
        schedule_(*database_),
        evictor_(*database_, writer_, use_, config.disk_bytes_max),
        generation_opened_(counters.generation) {}

  ~RocksPageCache() override;

  Result<std::optional<StoredPage>> find(std::string_view url, TimePoint now) override;
  Result<std::optional<StoredPage>> find_version(std::string_view url, std::uint32_t version,
                                                 TimePoint now) override;
  Result<std::vector<VersionInfo>> versions(std::string_view url, TimePoint now) override;
  Result<std::vector<Passage>> search(const SearchQuery& query, TimePoint now) override;
  Result<CacheStatistics> statistics() override;

  Result<StoreOutcome> store(const FetchedPage& page, TimePoint now) override {
    return writer_.store(page, now);
  }
  Result<StoredPage> touch(std::string_view url, const CachingHeaders& headers,
                           TimePoint requested_at, TimePoint received_at) override {
    return writer_.touch(url, headers, requested_at, received_at);
  }
  Result<std::size_t> embed_waiting(std::size_t passages_max) override {
    return embedder_.embed(passages_max);
  }
  Result<std::size_t> purge_expired(TimePoint now, std::size_t pages_max) override {
    return writer_.purge_expired(now, pages_max);
  }
  Schedule& schedule() override { return schedule_; }

  Result<std::uint64_t> hold(std::string_view what, std::string reason, TimePoint now) override {
    return keeper_.hold(what, std::move(reason), now);
  }
  Result<std::uint64_t> let_go(std::string_view what) override { return keeper_.let_go(what); }
  std::vector<Hold> holds() override { return holds_.record().holds; }
  Result<ForgetReport> forget(std::string_view what, TimePoint now) override {
    return keeper_.forget(what, now);
  }
  Result<std::optional<policy::ClockMark>> clock_mark() override {
    return ReadView(*database_).load<policy::ClockMark>(Family::meta, clock_key);
  }
  Status keep_clock_mark(const policy::ClockMark& mark) override {
    WriteSet changes(*database_);
    changes.put(Family::meta, clock_key, encode(mark));
    return database_->write(changes, Durability::synced);
  }
  Result<std::vector<ListedPage>> list(std::string_view what, TimePoint now) override {
    return keeper_.list(what, now);
  }
  Result<std::size_t> remove(const std::vector<std::string>& urls, TimePoint now) override {
    return keeper_.remove(urls, now);
  }
  Result<std::size_t> fit_disk(TimePoint now) override;
  Result<VerifyReport> verify(TimePoint now) override;
  Status compact() override;
  Status copy_to(const std::filesystem::path& folder) override {
    return database_->copy_to(folder);
  }

 private:
  const std::unique_ptr<Database> database_;
  SeenFilters filters_;
  const std::unique_ptr<Vectors> vectors_;
  const std::optional<Reranking> reranking_;
  TermReaders readers_;
  Holds holds_;
  PageWriter writer_;
  PassageEmbedder embedder_;
  PageKeeper keeper_;
  Schedule schedule_;
  PageUse use_;
  Evictor evictor_;
  std::mutex maintaining_;  // held over verify(), compact() and fit_disk()
  const std::uint64_t generation_opened_;
};

// A failure here costs the next start the time to fill the filters again, and nothing else.
RocksPageCache::~RocksPageCache() {
  const CountersRecord counters = writer_.counters();
  if (counters.generation == generation_opened_) return;
  WriteSet changes(*database_);
  save_filters(filters_, counters, changes);
  [[maybe_unused]] const Status saved = database_->write(changes, Durability::synced);
}

Result<std::optional<StoredPage>> RocksPageCache::find(std::string_view url, TimePoint now) {
  if (!filters_.urls.may_have_seen(page_key(url))) return std::nullopt;
  const ReadView view(*database_);
  Result<std::optional<PageRecord>> record = load_live_page(view, url, now);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return std::nullopt;
  use_.note(page_key(url), now);
  return assemble_page(view, **record);
}

Result<std::optional<StoredPage>> RocksPageCache::find_version(std::string_view url,
                                                               std::uint32_t version,
                                                               TimePoint now) {
  if (!filters_.urls.may_have_seen(page_key(url))) return std::nullopt;
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
  std::vector<VersionInfo> versions;
  if (!filters_.urls.may_have_seen(page_key(url))) return versions;
  const ReadView view(*database_);
  Result<std::optional<PageRecord>> record = load_live_page(view, url, now);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return versions;
  Result<std::vector<VersionRecord>> past = load_versions(view, page_key(url));
  if (!past) return std::unexpected(std::move(past.error()));
  versions.push_back(version_info(**record, std::nullopt));
  for (auto version = past->rbegin(); version != past->rend(); ++version) {
    versions.push_back(version_info(version->page, version->replaced_at));
  }
  return versions;
}

Result<std::vector<Passage>> RocksPageCache::search(const SearchQuery& query, TimePoint now) {
  Result<TermReader> terms = readers_.take();
  if (!terms) return std::unexpected(std::move(terms.error()));
  const ReadView view(*database_);
  const auto& embedding = vectors_->embedding;
  SearchQuery drawn = query;
  if (reranking_) drawn.top = std::max(query.top, reranking_->candidates);
  auto passages = search_passages({view, *terms, vectors_->index, vectors_->lengths,
                                   embedding ? &*embedding : nullptr, writer_.counters()},
                                  drawn, now);
  readers_.give(std::move(*terms));
  if (passages && reranking_) {
    passages = rerank(std::move(*passages), query.text, query.top, *reranking_);
  }
  if (!passages) return passages;
  for (const Passage& passage : *passages) use_.note(page_key(passage.url), now);
  return passages;
}

std::unexpected<Error> maintained_already() {
  return fail(ErrorCode::busy,
              "the cache is being verified or compacted; try again when that is done");
}

Result<VerifyReport> RocksPageCache::verify(TimePoint now) {
  const std::unique_lock lock(maintaining_, std::try_to_lock);
  if (!lock) return maintained_already();
  return seekd::cache::verify(*database_, filters_, now);
}

Result<std::size_t> RocksPageCache::fit_disk(TimePoint now) {
  const std::unique_lock lock(maintaining_, std::try_to_lock);
  if (!lock) return 0;
  return evictor_.fit(now);
}

Status RocksPageCache::compact() {
  const std::unique_lock lock(maintaining_, std::try_to_lock);
  if (!lock) return maintained_already();
  return database_->compact();
}

std::vector<CacheStatistics::FamilySize> family_sizes(const Database& database) {
  std::vector<CacheStatistics::FamilySize> sizes;
  for (std::size_t i = 0; i < family_count; ++i) {
    const auto family = static_cast<Family>(i);
    sizes.push_back({std::string(to_string(family)), database.family_records(family),
                     database.family_bytes(family)});
  }
  return sizes;
}

Result<CacheStatistics> RocksPageCache::statistics() {
  const CountersRecord counters = writer_.counters();
  return CacheStatistics{.pages = counters.pages,
                         .versions = counters.versions,
                         .blocks = counters.blocks,
                         .passages = counters.passages,
                         .vectors = vectors_->index.vector_count(),
                         .passages_waiting = vectors_->index.waiting_count(),
                         .vectors_device_bytes = vectors_->index.device_bytes(),
                         .disk_bytes = database_->disk_bytes(),
                         .bloom_negative_answers =
                             filters_.urls.negative_answers() + filters_.blocks.negative_answers(),
                         .url_filter = filters_.urls.statistics(),
                         .block_filter = filters_.blocks.statistics(),
                         .writable = database_->writable(),
                         .holds = holds_.record().holds.size(),
                         .families = family_sizes(*database_)};
}

}  // namespace

namespace {

struct Loaded {
  SeenFilters filters;
  CountersRecord counters;
  HoldsRecord holds;
};

Result<HoldsRecord> load_holds(const ReadView& view) {
  Result<std::optional<HoldsRecord>> stored = view.load<HoldsRecord>(Family::meta, holds_key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  return Holds::checked(std::move(*stored).value_or(HoldsRecord{}));
}

// What lives in memory beside the database, as its last batch left it.
Result<Loaded> load(Database& database, const config::CacheConfig& config, Vectors& vectors) {
  const Embedding* embedding = vectors.embedding ? &*vectors.embedding : nullptr;
  if (embedding != nullptr) {
    if (Status adopted = adopt_embedder(database, *embedding); !adopted) {
      return std::unexpected(std::move(adopted.error()));
    }
  }
  const ReadView view(database);
  Result<std::optional<CountersRecord>> stored =
      view.load<CountersRecord>(Family::meta, counters_key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  const CountersRecord counters = stored->value_or(CountersRecord{});
  Result<SeenFilters> filters = load_filters(view, config, counters);
  if (!filters) return std::unexpected(std::move(filters.error()));
  if (Status loaded = load_vectors(view, embedding, vectors.index); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  if (Status loaded = vectors.lengths.load(view); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  Result<HoldsRecord> holds = load_holds(view);
  if (!holds) return std::unexpected(std::move(holds.error()));
  return Loaded{std::move(*filters), counters, std::move(*holds)};
}

}  // namespace

Result<std::unique_ptr<PageCache>> open_rocks_page_cache(const config::CacheConfig& config,
                                                         TimePoint now,
                                                         std::optional<Embedding> embedding,
                                                         std::optional<Reranking> reranking) {
  Result<TermReader> terms = TermReader::create();
  if (!terms) return std::unexpected(std::move(terms.error()));
  Result<std::unique_ptr<Database>> database = Database::open(config, now);
  if (!database) return std::unexpected(std::move(database.error()));
  auto vectors = std::make_unique<Vectors>(std::move(embedding));
  Result<Loaded> loaded = load(**database, config, *vectors);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return std::make_unique<RocksPageCache>(config, std::move(*database), std::move(loaded->filters),
                                          std::move(vectors), loaded->holds, std::move(*terms),
                                          loaded->counters, std::move(reranking));
}

}  // namespace seekd::cache
