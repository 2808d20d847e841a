// One result of a search, from what a provider wrote to what crosses to seekd: an absolute URL,
// texts on one line without markup, a date in one form, all within the wire's bounds.
//
// Runs in a worker, on hostile text. Pure.
#pragma once

#include <string>
#include <string_view>

#include "fetcher/wire_search.h"
#include "policy/url.h"

namespace seekd::fetcher {

// What the provider answered.
struct SearchAnswer {
  int status = 0;
  std::string_view content_type;
  std::string_view body;
};

// What it was asked, as far as its answer is read by it.
struct SearchAsked {
  policy::SearchKind kind = policy::SearchKind::searxng;
  std::size_t results_max = 0;
  const policy::ResultPlaces& places;
  const policy::Url& url;  // of the question: what relative references are seen from
};

struct WrittenHit {
  std::string url;
  std::string title;  // may hold HTML, as the snippet
  std::string snippet;
  std::string published;
};

// Adds it, unless there are enough, its URL is none of the web, or it is there already.
void add_hit(const WrittenHit& hit, const SearchAsked& asked, SearchContent& content);

// One line of at most that many bytes, its markup left out.
std::string plain_line(std::string_view text, std::size_t bytes_max);

SearchContent failed_search(SearchFailure failure, std::string_view message);

}  // namespace seekd::fetcher
