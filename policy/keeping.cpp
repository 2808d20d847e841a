#include "policy/keeping.h"

#include <algorithm>
#include <vector>

#include "policy/site_rule.h"

namespace seekd::policy {
namespace {

template <class T>
void take(T& into, const std::optional<T>& from) {
  if (from) into = *from;
}

}  // namespace

Keeping keeping_of(std::string_view host, std::span<const KeepingRule> rules,
                   const Keeping& otherwise) {
  std::vector<const KeepingRule*> matching;
  for (const KeepingRule& rule : rules) {
    if (host_matches(rule.host, host)) matching.push_back(&rule);
  }
  std::ranges::stable_sort(matching, {},
                           [](const KeepingRule* rule) { return host_match_length(rule->host); });
  Keeping keeping = otherwise;
  for (const KeepingRule* rule : matching) {
    take(keeping.retention, rule->retention);
    take(keeping.freshness.heuristic_default, rule->freshness_default);
    take(keeping.freshness.lifetime_min, rule->freshness_min);
    take(keeping.freshness.lifetime_max, rule->freshness_max);
    take(keeping.versions_max, rule->versions_max);
  }
  return keeping;
}

}  // namespace seekd::policy
