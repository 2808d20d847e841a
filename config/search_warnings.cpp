#include "config/search_warnings.h"

#include <algorithm>

namespace seekd::config {
namespace {

using policy::EgressReason;
using policy::SearchProvider;

// What the door would say of a query, as far as it can be said before names are resolved.
policy::EgressVerdict judge(const SearchProvider& provider, const Config& config) {
  const policy::SiteRule rule = policy::search_rule(provider);
  policy::Url url{rule.scheme, rule.host, rule.port, "/"};
  if (const auto asked = policy::filled(provider.url, {.text = "q"}, 1)) url = *asked;
  return policy::judge_url(url.text(), policy::Provenance::search_query,
                           policy::search_policy(config.egress, provider), policy::parse_url);
}

// A name that nobody else resolves leads into this network.
bool is_near(const policy::SiteRule& rule) {
  const policy::EgressVerdict verdict =
      policy::judge_url("https://" + rule.host, policy::Provenance::search_query,
                        policy::EgressPolicy{}, policy::parse_url);
  return verdict.reason == EgressReason::special_name ||
         verdict.reason == EgressReason::host_invalid;
}

void warn_of(const SearchProvider& provider, const std::string& where, const Config& config,
             std::vector<std::string>& lines) {
  const std::string begin = where + ": search.provider \"" + provider.name + '"';
  const policy::EgressVerdict verdict = judge(provider, config);
  if (!verdict.allowed()) {
    lines.push_back(begin + " is never asked (" + std::string(to_string(verdict.reason)) +
                    "): " + verdict.detail);
    return;
  }
  const policy::SiteRule rule = policy::search_rule(provider);
  const bool excepted =
      std::ranges::any_of(config.egress.addresses.exceptions,
                          [&](const auto& exception) { return exception.port == rule.port; });
  const bool direct = !policy::route_of(config.egress, rule.host).proxy;
  if (!is_near(rule) || excepted || !direct) return;
  lines.push_back(begin + ": \"" + rule.host +
                  "\" is a name of this host or its network, whose addresses are denied; open its "
                  "own with [[egress.exception]] and port = " +
                  std::to_string(rule.port));
}

void warn_of(const std::vector<std::string>& urls, const std::string& where, const Config& config,
             std::vector<std::string>& lines) {
  for (const std::string& written : urls) {
    const auto url = policy::filled(written, {.text = "q"}, 1);
    if (!url) continue;
    const policy::EgressVerdict verdict = policy::judge_url(
        url->text(), policy::Provenance::site_list, config.egress, policy::parse_url);
    if (verdict.allowed()) continue;
    std::string line = where;
    line.append(": search.topic: ").append(written).append(" is never fetched (");
    line.append(to_string(verdict.reason)).append("): ").append(verdict.detail);
    lines.push_back(std::move(line));
  }
}

}  // namespace

std::vector<std::string> search_warnings(const Config& config, const Places& places) {
  std::vector<std::string> lines;
  const auto& providers = config.search.providers;
  for (std::size_t i = 0; i < providers.size(); ++i) {
    warn_of(providers[i], line_of(places, "search.provider", i), config, lines);
  }
  const auto& topics = config.search.topics;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const std::string where = line_of(places, "search.topic", i);
    warn_of(topics[i].urls, where, config, lines);
    warn_of(topics[i].feeds, where, config, lines);
  }
  return lines;
}

}  // namespace seekd::config
