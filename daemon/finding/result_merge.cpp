#include "daemon/finding/result_merge.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "daemon/time_text.h"
#include "policy/site_rule.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

constexpr double rank_constant = 60;  // of the paper

constexpr std::string_view visitor_parameters[] = {
    "utm_", "gclid=", "fbclid=", "msclkid=", "mc_cid=", "mc_eid="};

bool tells_of_visitor(std::string_view parameter) {
  return std::ranges::any_of(visitor_parameters,
                             [&](std::string_view name) { return parameter.starts_with(name); });
}

std::string without_visitor(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    if (!tells_of_visitor(parameter)) kept.append(kept.empty() ? "?" : "&").append(parameter);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return kept;
}

std::string host_of(std::string_view url) {
  const auto read = policy::parse_url(url);
  return read ? read->host : "";
}

bool is_of_hosts(const WebQuery& query, const std::string& host) {
  const auto matches = [&](const std::string& rule) { return policy::host_matches(rule, host); };
  return std::ranges::none_of(query.hosts_denied, matches) &&
         (query.hosts.empty() || std::ranges::any_of(query.hosts, matches));
}

// A page without a date may be of any time.
bool is_of_time(const WebQuery& query, const std::string& published) {
  if (published.empty()) return true;
  const std::string_view day = std::string_view(published).substr(0, 10);
  if (query.after && day < format_day(*query.after)) return false;
  return !query.before || day <= format_day(*query.before);
}

struct Merged {
  WebResult result;
  double score = 0;
  std::size_t order = 0;  // of its first appearance
};

// What the better place leaves unsaid, the other may say.
void complete(WebResult& result, const WebResult& other) {
  if (result.title.empty()) result.title = other.title;
  if (result.snippet.empty()) result.snippet = other.snippet;
  if (result.published.empty()) result.published = other.published;
}

}  // namespace

void keep_wanted(const WebQuery& query, std::vector<WebResult>& results) {
  std::erase_if(results, [&](const WebResult& result) {
    return !is_of_hosts(query, host_of(result.url)) || !is_of_time(query, result.published);
  });
}

std::string page_key(std::string_view url) {
  const auto read = policy::parse_url(url);
  if (!read) return std::string(url);
  std::string_view host = read->host;
  if (host.starts_with("www.")) host.remove_prefix(4);
  std::string_view path = read->path();
  const std::string_view query =
      std::string_view(read->target).substr(std::min(path.size() + 1, read->target.size()));
  if (path.ends_with('/')) path.remove_suffix(1);
  return std::string(host) + std::string(path) + without_visitor(query);
}

std::vector<WebResult> merged(std::span<const RankedResults> lists, const MergeLimits& limits) {
  std::vector<Merged> pages;
  std::unordered_map<std::string, std::size_t> place_of;
  for (const RankedResults& list : lists) {
    for (std::size_t rank = 0; rank < list.results.size(); ++rank) {
      const WebResult& result = list.results[rank];
      const auto [place, is_new] = place_of.try_emplace(page_key(result.url), pages.size());
      if (is_new) pages.push_back({result, 0, pages.size()});
      Merged& page = pages[place->second];
      complete(page.result, result);
      page.score += static_cast<double>(list.weight) / (rank_constant + static_cast<double>(rank));
    }
  }
  std::ranges::stable_sort(pages, std::ranges::greater{}, &Merged::score);
  std::vector<WebResult> results;
  std::map<std::string, std::size_t> of_host;
  for (Merged& page : pages) {
    if (results.size() == limits.results_max) break;
    if (of_host[host_of(page.result.url)]++ >= limits.per_host_max) continue;
    results.push_back(std::move(page.result));
  }
  return results;
}

}  // namespace seekd::daemon
