#include "policy/search_provider.h"

namespace seekd::policy {

std::string_view to_string(SearchKind kind) {
  switch (kind) {
    case SearchKind::searxng:
      return "searxng";
    case SearchKind::brave:
      return "brave";
    case SearchKind::mediawiki:
      return "mediawiki";
    case SearchKind::opensearch:
      return "opensearch";
    case SearchKind::custom:
      return "custom";
  }
  return "searxng";
}

std::string_view to_string(Recency recency) {
  switch (recency) {
    case Recency::any:
      return "";
    case Recency::day:
      return "day";
    case Recency::week:
      return "week";
    case Recency::month:
      return "month";
    case Recency::year:
      return "year";
  }
  return "";
}

Recency recency_since(const std::optional<TimePoint>& after, TimePoint now) {
  using std::chrono::days;
  if (!after) return Recency::any;
  const auto back = now - *after;
  if (back <= days(1)) return Recency::day;
  if (back <= days(7)) return Recency::week;
  if (back <= days(31)) return Recency::month;
  return back <= days(366) ? Recency::year : Recency::any;
}

// Of a query that says nothing: where it goes does not depend on what it says (check_url).
SiteRule search_rule(const SearchProvider& provider) {
  const Result<Url> url = filled(provider.url, {.text = "q"}, 1);
  if (!url) return SiteRule{.host = "invalid"};  // a special name, which no rule opens unnamed
  return {.host = url->host, .path_prefix = "/", .scheme = url->scheme, .port = url->port};
}

EgressPolicy search_policy(const EgressPolicy& policy, const SearchProvider& provider) {
  EgressPolicy judged = policy;
  judged.allow = {search_rule(provider)};
  judged.allow_option = "search.provider";
  return judged;
}

}  // namespace seekd::policy
