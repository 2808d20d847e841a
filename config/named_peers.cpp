#include "config/named_peers.h"

#include <algorithm>

namespace seekd::config {
namespace {

using policy::Provenance;
using policy::SearchProvider;
using policy::Upstream;
using policy::Webhook;

struct Peer {
  std::string begin;  // of a line about it
  std::string_view use;
  policy::SiteRule rule;
  policy::EgressVerdict verdict;  // as far as it can be said before names are resolved
  bool is_near;                   // it is asked at addresses alone that an exception names
};

// A name that nobody else resolves leads into this network.
bool is_near(const policy::SiteRule& rule) {
  using policy::EgressReason;
  const policy::EgressVerdict verdict = policy::judge_url(
      "https://" + rule.host, Provenance::search_query, policy::EgressPolicy{}, policy::parse_url);
  return verdict.reason == EgressReason::special_name ||
         verdict.reason == EgressReason::host_invalid;
}

Peer peer_of(const SearchProvider& provider, const std::string& where, const Config& config) {
  const policy::SiteRule rule = policy::search_rule(provider);
  policy::Url url{rule.scheme, rule.host, rule.port, "/"};
  if (const auto asked = policy::filled(provider.url, {.text = "q"}, 1)) url = *asked;
  return {where + ": search.provider \"" + provider.name + '"', "asked", rule,
          policy::judge_url(url.text(), Provenance::search_query,
                            policy::search_policy(config.egress, provider), policy::parse_url),
          is_near(rule)};
}

Peer peer_of(const Webhook& webhook, const std::string& where, const Config& config) {
  const policy::SiteRule rule = policy::webhook_rule(webhook);
  return {where + ": egress.webhook \"" + webhook.name + '"', "told", rule,
          policy::judge_url(webhook.url, Provenance::webhook,
                            policy::webhook_policy(config.egress, webhook), policy::parse_url),
          is_near(rule)};
}

Peer peer_of(const Upstream& upstream, const std::string& where, const Config& config) {
  const policy::Url url = policy::upstream_url(upstream, policy::UpstreamPath::chat_completions);
  const policy::SiteRule rule = policy::upstream_rule(upstream);
  return {where + ": upstream \"" + upstream.name + '"', "asked", rule,
          policy::judge_url(url.text(), Provenance::model_request,
                            policy::upstream_policy(config.egress, upstream), policy::parse_url),
          is_near(rule) || rule.scheme == "http"};
}

void warn_of(const Peer& peer, const Config& config, std::vector<std::string>& lines) {
  if (!peer.verdict.allowed()) {
    std::string line = peer.begin;
    line.append(" is never ").append(peer.use).append(" (");
    line.append(to_string(peer.verdict.reason)).append("): ").append(peer.verdict.detail);
    lines.push_back(std::move(line));
    return;
  }
  const bool excepted =
      std::ranges::any_of(config.egress.addresses.exceptions,
                          [&](const auto& exception) { return exception.port == peer.rule.port; });
  const bool direct = !policy::route_of(config.egress, peer.rule.host).proxy;
  if (!peer.is_near || excepted || !direct) return;
  lines.push_back(peer.begin + ": \"" + peer.rule.host +
                  "\" is a name of this host or its network, whose addresses are denied; open its "
                  "own with [[egress.exception]] and port = " +
                  std::to_string(peer.rule.port));
}

}  // namespace

std::vector<policy::SiteRule> named_peers(const Config& config) {
  std::vector<policy::SiteRule> rules;
  rules.reserve(config.search.providers.size() + config.webhooks.size() + config.upstreams.size());
  for (const SearchProvider& each : config.search.providers) rules.push_back(search_rule(each));
  for (const Webhook& each : config.webhooks) rules.push_back(webhook_rule(each));
  for (const Upstream& each : config.upstreams) rules.push_back(upstream_rule(each));
  return rules;
}

std::vector<std::string> peer_warnings(const Config& config, const Places& places) {
  std::vector<std::string> lines;
  const auto& providers = config.search.providers;
  for (std::size_t i = 0; i < providers.size(); ++i) {
    warn_of(peer_of(providers[i], line_of(places, "search.provider", i), config), config, lines);
  }
  const auto& webhooks = config.webhooks;
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    warn_of(peer_of(webhooks[i], line_of(places, "egress.webhook", i), config), config, lines);
  }
  const auto& upstreams = config.upstreams;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    warn_of(peer_of(upstreams[i], line_of(places, "upstream", i), config), config, lines);
  }
  return lines;
}

}  // namespace seekd::config
