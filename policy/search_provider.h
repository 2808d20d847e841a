// Whom the web is asked through: search providers and lists of sites by topic, as an operator names
// them, and the URL that a query makes of each.
//
// Pure; any thread. A query leaves the host by these URLs and no other: their hosts are the
// configuration's, and nothing of a query can become a part of a URL but its escaped text.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/egress.h"
#include "policy/page.h"
#include "policy/result.h"
#include "policy/url.h"

namespace seekd::policy {

inline constexpr std::size_t search_text_bytes_max = 1024;
inline constexpr std::size_t search_results_max = 50;  // of one reply
inline constexpr std::size_t result_place_bytes_max = 256;

// How a provider is asked, and what it answers with.
enum class SearchKind : std::uint8_t {
  searxng,     // SearXNG's and searx's /search, format=json
  brave,       // the Brave Search API
  mediawiki,   // api.php of a MediaWiki: the search of a wiki
  opensearch,  // OpenSearch 1.1: a description, or a template of it; answers RSS or Atom
  custom,      // a template of the operator's; JSON or HTML, read at the places he names
};
std::string_view to_string(SearchKind kind);

// Where a `custom` reply holds its results. JSON pointers (RFC 6901) where `results` begins with
// '/', else selectors such as "div.result", "a.title@href".
struct ResultPlaces {
  std::string results;  // the list, or each element of it in HTML
  std::string url;      // within a result, as all below
  std::string title;    // "" for none, as all below
  std::string snippet;
  std::string published;

  bool operator==(const ResultPlaces&) const = default;
};

// A table [[search.provider]].
struct SearchProvider {
  std::string name;
  SearchKind kind = SearchKind::searxng;
  std::string url;  // as written; custom: with {query}, opensearch: may be a template
  std::filesystem::path key_file;  // what the fetcher sends as `key_header`; "" for none
  std::string key_header;
  std::vector<std::string>
      languages;                 // of the queries it is asked, BCP 47 primary subtags; empty: all
  std::size_t results_max = 10;  // asked for, and taken
  std::chrono::milliseconds interval{0};  // least time between two queries
  std::chrono::milliseconds timeout{10000};
  std::size_t weight = 10;  // of its results, beside those of other providers
  ResultPlaces places;      // of `custom`

  bool operator==(const SearchProvider&) const = default;
};

// A table [[search.topic]]: where to look for what is spoken of with these words.
struct SearchTopic {
  std::vector<std::string> words;  // one is enough; several in one entry stand side by side
  std::vector<std::string> urls;   // pages; {query} stands for the query
  std::vector<std::string> feeds;  // feeds and sitemaps, of which the entries that fit are read

  bool operator==(const SearchTopic&) const = default;
};

// How far back a search reaches, in the lengths that providers know.
enum class Recency : std::uint8_t { any, day, week, month, year };
std::string_view to_string(Recency recency);  // "" of any

// The shortest that reaches back to `after`; any, where none does.
Recency recency_since(const std::optional<TimePoint>& after, TimePoint now);

// What is asked. REQUIRES: text is not empty, and of at most search_text_bytes_max bytes.
struct SearchTerms {
  std::string text;
  std::string language = {};  // BCP 47 primary subtag, "" for any
  std::optional<TimePoint> after = {};
  std::optional<TimePoint> before = {};
  Recency recency = Recency::any;  // for providers that know no dates

  bool operator==(const SearchTerms&) const = default;
};

// The URL of a description, which is to be read first, or of the question itself.
bool names_description(const SearchProvider& provider);

// What the terms make of the provider's URL. REQUIRES: !names_description(provider).
// Errors: invalid_argument (a template with a place that nothing fills), too_large.
Result<Url> search_url(const SearchProvider& provider, const SearchTerms& terms);

// A template with its places filled, each escaped: {query} or OpenSearch's {searchTerms},
// {language}, {count}, {after}, {before}, {recency}, {startPage}, {startIndex}, {inputEncoding},
// {outputEncoding}; {…?} may stay empty. Errors: as above.
Result<Url> filled(std::string_view url_template, const SearchTerms& terms, std::size_t results);

// Whether what a query is put into is behind the host. Errors: invalid_argument.
Status check_url(const SearchProvider& provider);
Status check_template(std::string_view url);

// What the provider's URL opens, which is no page's to open: its scheme, host and port. REQUIRES:
// check_url().
SiteRule search_rule(const SearchProvider& provider);

// What searches of this provider are judged by: its rule in the place of `allow`, all else as it
// is, `deny`, addresses, exceptions, sites and proxy.
EgressPolicy search_policy(const EgressPolicy& policy, const SearchProvider& provider);

}  // namespace seekd::policy
