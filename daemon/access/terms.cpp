#include "daemon/access/terms.h"

#include <algorithm>

#include "daemon/access/site_list.h"
#include "policy/collection.h"
#include "policy/site_rule.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

using Hosts = std::vector<std::string>;

bool any_matches(const Hosts& rules, std::string_view host) {
  return std::ranges::any_of(
      rules, [&](const std::string& rule) { return policy::host_matches(rule, host); });
}

// Of empty `hosts`, which are all, those of the terms are left.
std::optional<ApiError> narrow(const Terms& terms, Hosts& hosts, Hosts& denied) {
  denied.insert(denied.end(), terms.sites_denied.begin(), terms.sites_denied.end());
  if (terms.sites.empty()) return std::nullopt;
  hosts = hosts.empty() ? terms.sites : common_sites(hosts, terms.sites);
  return hosts.empty() ? std::optional(site_not_allowed()) : std::nullopt;
}

}  // namespace

bool may_have(const Terms& terms, std::string_view address) {
  if (policy::collection_of(address) != policy::web_collection) return true;
  const auto url = policy::parse_url(address);
  if (!url || any_matches(terms.sites_denied, url->host)) return !url;
  return terms.sites.empty() || any_matches(terms.sites, url->host);
}

ApiError site_not_allowed() {
  return {403, "site_not_allowed", "your account may not have pages of this site", "",
          std::nullopt};
}

std::optional<ApiError> hold_to(const Caller& caller, Question& question) {
  const Terms& terms = *caller.terms;
  question.asked_by = caller.claimant();
  if (terms.priority == config::CallerPriority::background) {
    question.priority = model::Priority::background;
  }
  return narrow(terms, question.hosts, question.hosts_denied);
}

std::optional<ApiError> hold_to(const Terms& terms, cache::SearchQuery& query) {
  return narrow(terms, query.hosts, query.hosts_denied);
}

std::optional<ApiError> hold_to(const Terms& terms, WebQuery& query) {
  return narrow(terms, query.hosts, query.hosts_denied);
}

}  // namespace seekd::daemon
