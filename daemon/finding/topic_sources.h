// The lists of sites by topic: which of them a query meets, and what it finds there before anybody
// is asked.
//
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/finding/web_result.h"
#include "policy/search_provider.h"

namespace seekd::daemon {

inline constexpr std::string_view topic_provider = "topic";  // as WebResult::provider

struct TopicSources {
  std::vector<WebResult> pages;    // provenance site_list
  std::vector<std::string> feeds;  // to be fetched: their entries are candidates
};

TopicSources topic_sources(std::span<const policy::SearchTopic> topics, const WebQuery& query);

// The entries of a feed or a sitemap that share words with the query, best and newest first, at
// most `most`.
std::vector<WebResult> fitting_entries(const FetchedPage& feed, const WebQuery& query,
                                       std::size_t most);

}  // namespace seekd::daemon
