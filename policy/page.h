// A web page as seekd knows it: typed blocks of text, never markup. What crosses from a fetcher's
// worker to the daemon, and from the daemon into the cache.
//
// Plain data: no invariant beyond the comments, any thread may read it.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd {

using TimePoint = std::chrono::sys_seconds;  // wall clock, UTC

enum class BlockKind : std::uint8_t {
  heading,    // level 1 to 6
  paragraph,  // running text
  list_item,  // level = nesting depth from 1
  table_row,  // cells joined by " | "
  code,       // preformatted: line breaks and indentation are kept
  quote,      // text of a blockquote
  caption,    // of a figure or a table
};

std::string_view to_string(BlockKind kind);

struct Block {
  BlockKind kind = BlockKind::paragraph;
  std::uint8_t level = 0;  // of a heading or a list item, else 0
  std::string text;        // UTF-8, valid, visible characters only, not empty

  bool operator==(const Block&) const = default;
};

struct Link {
  std::string url;   // absolute, as written after resolution; not yet judged
  std::string text;  // anchor text, UTF-8

  bool operator==(const Link&) const = default;
};

struct PageMetadata {
  std::string title;
  std::string author;
  std::string language;       // BCP 47 as the page says it, "" when it says none
  std::string canonical_url;  // absolute, "" when the page names none
  std::string published;      // ISO 8601, or as written where it cannot be read; "" for none
  std::string modified;       // likewise
  std::vector<Link> feeds;    // Atom, RSS and JSON feeds that it names: URL, title; not yet judged

  bool operator==(const PageMetadata&) const = default;
};

// What a fetched document is for: to be read, or to name others.
enum class PageKind : std::uint8_t {
  page,           // text
  feed,           // RSS, Atom or JSON Feed: text, and its entries
  sitemap,        // entries alone
  sitemap_index,  // entries that are sitemaps
};
std::string_view to_string(PageKind kind);

inline constexpr std::size_t page_entries_max = 10'000;  // of one feed or sitemap
inline constexpr std::size_t page_feeds_max = 20;        // that one page names

// What a feed or a sitemap says of another page.
struct PageEntry {
  std::string url;        // absolute, not yet judged
  std::string title;      // UTF-8 on one line, "" when it gives none
  std::string published;  // RFC 3339 in UTC, or its date alone; "" when it says none
  std::string modified;   // likewise

  bool operator==(const PageEntry&) const = default;
};

// The response's fields that caching needs, verbatim (RFC 9111 §5, RFC 9110 §8.8), each "" when
// absent.
struct CachingHeaders {
  std::string cache_control;
  std::string expires;
  std::string date;
  std::string age;
  std::string last_modified;
  std::string etag;
  std::string vary;

  bool operator==(const CachingHeaders&) const = default;
};

// One page as fetched, complete: a broken-off transfer never becomes a FetchedPage.
struct FetchedPage {
  std::string url;         // as asked for, normalised: the cache's key
  std::string final_url;   // after redirects
  int http_status = 200;   // of the final response
  TimePoint requested_at;  // when the final request was sent
  TimePoint retrieved_at;  // when its response was complete
  CachingHeaders headers;
  PageMetadata metadata;
  std::vector<Block> blocks;
  std::vector<Link> links;
  PageKind kind = PageKind::page;
  std::vector<PageEntry> entries;  // of a feed or a sitemap, in its order
  std::uint64_t entries_total =
      0;                         // that it has; more than entries.size() where there are too many
  std::uint64_t body_bytes = 0;  // decoded

  bool operator==(const FetchedPage&) const = default;
};

// The text that citations point into: the blocks' texts in order, joined by one '\n'. A byte range
// of a snapshot is a range of this string.
std::string snapshot_text(const std::vector<Block>& blocks);

}  // namespace seekd
