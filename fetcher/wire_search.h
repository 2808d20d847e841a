// What crosses between seekd and seekd-fetcher when the web is searched: POST /search with a
// SearchRequest, which names a provider of the configuration and what is asked; no URL. The fetcher
// makes the URL, of its own configuration, so that a query goes nowhere else whoever asks for it.
//
// A SearchReply is one line of JSON, or two, as a FetchReply (wire.h): the broker's verdict, and,
// where the provider answered, what a worker read in its answer: results, or why there are none.
//
// Pure conversions; any thread. Errors: invalid_argument (names the field), too_large.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fetcher/wire.h"
#include "policy/result.h"
#include "policy/search_provider.h"

namespace seekd::fetcher {

inline constexpr std::size_t search_title_bytes_max = 512;
inline constexpr std::size_t search_snippet_bytes_max = 2 * 1024;
inline constexpr std::size_t search_date_bytes_max = 32;
inline constexpr std::size_t search_engines_max = 32;
inline constexpr std::size_t search_engine_bytes_max = 128;
// Of a SearchContent's line: every byte of its texts may be escaped.
inline constexpr std::size_t search_line_bytes_max = 2 << 20;

struct SearchRequest {
  std::string provider;  // its name
  policy::SearchTerms terms;
  std::string trace_id = {};  // as FetchRequest's

  bool operator==(const SearchRequest&) const = default;
};

// Why a provider that answered gave no results. Nothing found is none of these.
enum class SearchFailure : std::uint8_t {
  none,
  captcha,       // it wants to see a person
  suspended,     // the engines behind it do not answer, or are blocked for a time
  rate_limited,  // too many queries, or its quota is used up
  refused,       // it understood, and will not: a key, a format, a right
  malformed,     // not what its kind answers with
};
std::string_view to_string(SearchFailure failure);

struct SearchHit {
  std::string url;    // absolute and canonical, not judged
  std::string title;  // UTF-8 on one line, as the snippet
  std::string snippet;
  std::string published;  // RFC 3339 in UTC, or its date alone; "" where it is not said

  bool operator==(const SearchHit&) const = default;
};

struct SearchContent {
  SearchFailure failure = SearchFailure::none;
  std::string message;              // of a failure: one sentence
  std::vector<SearchHit> hits;      // best first; none with a failure
  std::vector<std::string> silent;  // engines behind it that did not answer: "google: CAPTCHA"

  bool operator==(const SearchContent&) const = default;
};

struct SearchReply {
  FetchReply verdict;
  std::optional<SearchContent> content;  // where the outcome is `answered`

  bool operator==(const SearchReply&) const = default;
};

std::string to_json(const SearchRequest& request);
Result<SearchRequest> parse_search_request(std::string_view json);
std::string to_json(const SearchReply& reply);
Result<SearchReply> parse_search_reply(std::string_view lines);

// The second line by itself, as a worker writes it.
std::string content_line(const SearchContent& content);

}  // namespace seekd::fetcher
