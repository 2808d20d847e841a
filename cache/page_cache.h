// PageCache: the pages that seekd has read, their past versions, and search over their passages.
//
// All functions may be called from any thread at once. A store is atomic: a page, its blocks and
// its index entries appear together or not at all, and are on disk when store() returns. Every
// error leaves the cache as it was. Nothing past its expires_at is ever returned. URLs are
// canonical: policy::Url::text(), or addresses of pages of other collections than the web
// (policy/collection.h). Who may read or write a collection is not asked here.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/page_change.h"
#include "cache/record.h"
#include "cache/reports.h"
#include "config/config.h"
#include "policy/collection.h"
#include "policy/http_freshness.h"
#include "policy/page.h"
#include "policy/passages.h"
#include "policy/result.h"
#include "policy/trusted_clock.h"

namespace seekd::cache {

class Schedule;

struct StoredPage {
  std::string url;
  std::string final_url;
  std::uint32_t version = 1;  // counts changes of content, from 1
  // 32 hex digits, xxh3-128 of snapshot_text(blocks): of the text as it last came within its
  // version.
  std::string snapshot_hash;
  TimePoint retrieved_at;  // last time its server confirmed it (200 or 304)
  TimePoint changed_at;    // when this version was first seen
  TimePoint fresh_until;
  policy::FreshnessOrigin fresh_from = policy::FreshnessOrigin::fallback;
  TimePoint expires_at;
  bool always_revalidate = false;  // stale from the start, whatever fresh_until says
  std::uint32_t visits = 0;        // times its server sent or confirmed it; of a past version 0
  std::uint32_t changes = 0;       // of them that found it changed
  CachingHeaders headers;
  PageMetadata metadata;
  std::vector<Block> blocks;
  std::vector<Link> links;  // of a past version those of its content alone
  PageKind kind = PageKind::page;
  std::vector<PageEntry> entries;   // of a feed or a sitemap
  std::uint64_t entries_total = 0;  // that it has
};

enum class Change : std::uint8_t {
  added,
  unchanged,  // equal, or noise alone: the version stays, with the text that came last
  changed,    // there is a new version
};
std::string_view to_string(Change change);

struct StoreOutcome {
  Change change = Change::added;
  Extent extent = Extent::none;  // against the version before; none when added
  std::uint32_t version = 1;
  std::size_t blocks_total = 0;
  std::size_t blocks_written = 0;        // not already in the cache
  std::uint64_t bytes_written = 0;       // text of those blocks
  std::uint64_t changed_text_bytes = 0;  // as PageChange says
  double similarity = 0.0;               // to the version before; 0 when added
};

struct VersionInfo {
  std::uint32_t version = 0;
  std::string snapshot_hash;
  TimePoint first_seen;
  std::optional<TimePoint> replaced_at;  // nullopt: the current one
  std::size_t blocks = 0;
};

struct ListedPage {
  std::string url;
  std::string etag;  // "" where none came with it
  TimePoint retrieved_at;
};

// A Bloom filter: what it holds, and how often it errs.
struct FilterStatistics {
  std::uint64_t bits = 0;
  std::uint64_t entries = 0;         // keys that it knows
  double false_positive_rate = 0.0;  // expected of keys that it does not know
};

struct CacheStatistics {
  std::uint64_t pages = 0;
  std::uint64_t versions = 0;  // past ones
  std::uint64_t blocks = 0;
  std::uint64_t passages = 0;
  std::uint64_t vectors = 0;               // passages that search by meaning finds
  std::uint64_t passages_waiting = 0;      // to be embedded
  std::uint64_t vectors_device_bytes = 0;  // of a GPU's memory; 0: the processor searches
  std::uint64_t disk_bytes = 0;
  std::uint64_t bloom_negative_answers = 0;  // lookups that RocksDB was spared
  FilterStatistics url_filter;
  FilterStatistics block_filter;
  bool writable = true;  // false: the last write failed, for want of space for instance
  std::uint64_t holds = 0;
  struct FamilySize {
    std::string name;
    std::uint64_t records = 0;  // estimated
    std::uint64_t bytes = 0;    // in files
  };
  std::vector<FamilySize> families;
};

enum class SearchMode : std::uint8_t {
  lexical,  // BM25 over the words
  dense,    // by meaning: the nearest vectors
  hybrid,   // both together; words alone without an embedding, or in a language it does not know
};
std::string_view to_string(SearchMode mode);
std::optional<SearchMode> parse_search_mode(std::string_view name);

enum class Duplicates : std::uint8_t {
  collapse,  // of passages that say the same, one stands for all (near_duplicates.h)
  keep,
};

// How a query's text is read.
enum class QuerySyntax : std::uint8_t {
  words,  // a question: quotation marks in it are what somebody says
  marks,  // as index/query.h says: phrases in quotation marks, and what is excluded
};

struct SearchQuery {
  std::string text;
  std::size_t top = 10;
  SearchMode mode = SearchMode::hybrid;
  Duplicates duplicates = Duplicates::collapse;
  std::vector<std::string> hosts;         // empty: all; as in policy::SiteRule::host
  std::vector<std::string> hosts_denied;  // likewise; wins
  std::vector<std::string> urls;  // canonical; empty: all pages, else passages of these pages only
  // Only pages of these (policy/collection.h); the web's hosts alone are what the two above judge.
  std::vector<std::string> collections = {std::string(policy::web_collection)};
  // Only pages whose server confirmed them then or later, or that have no server.
  std::optional<TimePoint> confirmed_since = std::nullopt;
  QuerySyntax syntax = QuerySyntax::words;
};

class PageCache {
 public:
  virtual ~PageCache() = default;

  virtual Result<std::optional<StoredPage>> find(std::string_view url, TimePoint now) = 0;
  virtual Result<std::optional<StoredPage>> find_version(std::string_view url,
                                                         std::uint32_t version, TimePoint now) = 0;
  // Newest first, the current one included; empty for a page that is not there.
  virtual Result<std::vector<VersionInfo>> versions(std::string_view url, TimePoint now) = 0;

  // Stores a page that its server sent whole. Errors: invalid_argument (its headers forbid storing;
  // it was retrieved so long ago that it has expired; a newer copy is stored), too_large, io,
  // corrupt.
  virtual Result<StoreOutcome> store(const FetchedPage& page, TimePoint now) = 0;

  // 304: the stored page is confirmed; `headers` update the stored ones (RFC 9111 §3.2). A page
  // that was stored after the request was sent, or has another validator than the 304, stays as it
  // is. Returns the page as it now stands: its retrieved_at says whether it was confirmed. Errors:
  // not_found.
  virtual Result<StoredPage> touch(std::string_view url, const CachingHeaders& headers,
                                   TimePoint requested_at, TimePoint received_at) = 0;

  // Passages, best first. Errors: unavailable (`dense`, and the cache was opened without an
  // embedding), those of the embedding, corrupt, io.
  virtual Result<std::vector<Passage>> search(const SearchQuery& query, TimePoint now) = 0;

  // Embeds at most `passages_max` passages that wait for it, the oldest first, and says how many: 0
  // where none waits, or the cache was opened without an embedding. A page is stored without
  // waiting for this: until it is embedded, it is found by its words. A damaged passage is passed
  // over until the cache is opened again; of several the first one's error is given, after the
  // others are done. Errors: those of the embedding, corrupt, io.
  virtual Result<std::size_t> embed_waiting(std::size_t passages_max) = 0;

  // Where the cache is over its share of the disk, takes out the pages that are worth least and
  // says how many. Errors: corrupt, io.
  virtual Result<std::size_t> fit_disk(TimePoint now) = 0;

  // Takes out at most `pages_max` pages that have expired, with all that only they needed, and says
  // how many. A store takes out a few by itself; call this now and then, so that what has expired
  // leaves the disk where nothing is stored. Of several damaged pages the first one's error is
  // given, after the others are done.
  virtual Result<std::size_t> purge_expired(TimePoint now, std::size_t pages_max) = 0;

  virtual Result<CacheStatistics> statistics() = 0;

  // Holds every stored and future page of `what` (a URL, "example.org", or ".example.org" for it
  // and all below it): it never expires, keeps all versions and cannot be forgotten. Gives how many
  // stored pages that are. Errors: invalid_argument, corrupt, io.
  virtual Result<std::uint64_t> hold(std::string_view what, std::string reason, TimePoint now) = 0;
  // The pages' own times of expiry hold again. Errors: not_found too.
  virtual Result<std::uint64_t> let_go(std::string_view what) = 0;
  virtual std::vector<Hold> holds() = 0;

  // Takes every page of `what` out, with its versions, blocks, passages, postings and vectors,
  // rewrites the files that had them, and then looks for traces. Errors: invalid_argument (one of
  // them is held), busy, corrupt, io.
  virtual Result<ForgetReport> forget(std::string_view what, TimePoint now) = 0;

  // Every live page of `what`, as above, in no order. Errors: invalid_argument, corrupt, io.
  virtual Result<std::vector<ListedPage>> list(std::string_view what, TimePoint now) = 0;

  // Takes these pages out as if they had expired: at once for every reader, from the disk when it
  // is compacted. Held ones stay. Says how many went. Errors: corrupt, io; some may have gone then.
  virtual Result<std::size_t> remove(const std::vector<std::string>& urls, TimePoint now) = 0;

  // Looks at everything; minutes for gigabytes. One at a time. Errors: busy, io.
  virtual Result<VerifyReport> verify(TimePoint now) = 0;
  // Rewrites all files without what has gone. One at a time. Errors: busy, corrupt, io.
  virtual Status compact() = 0;
  // A copy of this moment in a new folder on the same disk. Errors: invalid_argument, io.
  virtual Status copy_to(const std::filesystem::path& folder) = 0;

  // The last moment at which the wall clock was trusted; nullopt: none was kept. Errors: corrupt,
  // io.
  virtual Result<std::optional<policy::ClockMark>> clock_mark() = 0;
  // On disk when it returns. Errors: io.
  virtual Status keep_clock_mark(const policy::ClockMark& mark) = 0;

  // Kept beside the pages, in the same database.
  virtual Schedule& schedule() = 0;
};

}  // namespace seekd::cache
