#include "config/egress_conflicts.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "config/rule_index.h"

namespace seekd::config {
namespace {

using policy::AddressException;
using policy::AddressRange;
using policy::EgressPolicy;
using policy::Site;
using policy::SiteRule;

constexpr std::string_view allow_option = "egress.allow";
constexpr std::string_view deny_option = "egress.deny";
constexpr std::string_view site_option = "egress.site";
constexpr std::string_view exception_option = "egress.exception";

// Of URLs alone; policy::open_ports counts the proxies' too.
std::set<std::uint16_t> named_ports(const EgressPolicy& egress, std::span<const SiteRule> named) {
  std::set<std::uint16_t> ports;
  if (egress.allow.empty()) ports.insert(443);
  for (const SiteRule& peer : named) ports.insert(policy::opened_port(peer));
  for (const SiteRule& allow : egress.allow) ports.insert(policy::opened_port(allow));
  return ports;
}

std::vector<SiteRule> joined(std::span<const SiteRule> rules, std::span<const SiteRule> others) {
  std::vector<SiteRule> all(rules.begin(), rules.end());
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

struct Context {
  Context(const EgressPolicy& policy, std::span<const SiteRule> named, const Places& written_at)
      : egress(policy),
        places(written_at),
        allow(policy.allow, policy::RuleEffect::opens),
        deny(policy.deny, policy::RuleEffect::closes),
        allowed_hosts(joined(policy.allow, named)),
        ports(named_ports(policy, named)) {}

  const EgressPolicy& egress;
  const Places& places;
  RuleIndex allow;
  RuleIndex deny;
  HostIndex allowed_hosts;
  std::set<std::uint16_t> ports;  // that some URL may name
  std::vector<std::string> lines;

  std::string line(std::string_view option, std::size_t element) const {
    return line_of(places, option, element);
  }
};

// ---- what covers what

bool range_covers(const AddressRange& outer, const AddressRange& inner) {
  return outer.prefix_bits <= inner.prefix_bits && outer.contains(inner.base);
}

// A special name or a single label: a rule that names it exactly says more than one that covers it.
bool needs_its_own_rule(const SiteRule& rule) {
  if (rule.host.starts_with('.')) return false;
  const policy::EgressVerdict verdict = policy::judge_url(
      "https://" + rule.host, policy::Provenance::site_list, EgressPolicy{}, policy::parse_url);
  return !verdict.allowed();
}

// ---- spelling

std::string spelled(const SiteRule& rule) {
  std::string text = "\"";
  if (!rule.scheme.empty()) text += rule.scheme + "://";
  text += rule.host;
  if (rule.port != 0) text += ':' + std::to_string(rule.port);
  if (rule.path_prefix != "/") text += rule.path_prefix;
  return text + '"';
}

std::string spelled(const AddressException& exception) {
  return policy::to_string(exception.range) + " port " + std::to_string(exception.port);
}

// ---- allow and deny

void find_shadowed_allows(Context& context) {
  const EgressPolicy& egress = context.egress;
  for (std::size_t i = 0; i < egress.allow.size(); ++i) {
    const auto j = context.deny.first(context.deny.covering(egress.allow[i]));
    if (!j) continue;
    context.lines.push_back(context.line(allow_option, i) + ": egress.allow " +
                            spelled(egress.allow[i]) + " never allows: egress.deny " +
                            spelled(egress.deny[*j]) + " (" + context.line(deny_option, *j) +
                            ") wins over it; remove one of them");
  }
}

std::optional<std::size_t> rule_that_covers(const Context& context, std::size_t inner) {
  const SiteRule& rule = context.egress.allow[inner];
  RuleIndex::Wanted wanted = context.allow.covering(rule);
  const auto covering = context.allow.first(wanted, inner);
  if (!covering || context.egress.allow[*covering].host == rule.host) return covering;
  if (!needs_its_own_rule(rule)) return covering;
  wanted.hosts = {rule.host};
  return context.allow.first(wanted, inner);
}

void find_repeated_allows(Context& context) {
  const auto& allow = context.egress.allow;
  for (std::size_t i = 0; i < allow.size(); ++i) {
    const auto j = rule_that_covers(context, i);
    if (!j) continue;
    context.lines.push_back(context.line(allow_option, i) + ": egress.allow " + spelled(allow[i]) +
                            " opens nothing that " + spelled(allow[*j]) + " (" +
                            context.line(allow_option, *j) + ") does not; remove it");
  }
}

// Special names are opened by their exact names alone.
void find_special_suffixes(Context& context) {
  const auto& allow = context.egress.allow;
  for (std::size_t i = 0; i < allow.size(); ++i) {
    if (!allow[i].host.starts_with('.') || allow[i].host == ".") continue;
    const policy::EgressVerdict verdict =
        policy::judge_url("https://any" + allow[i].host, policy::Provenance::site_list,
                          EgressPolicy{}, policy::parse_url);
    if (verdict.reason != policy::EgressReason::special_name) continue;
    context.lines.push_back(
        context.line(allow_option, i) + ": egress.allow " + spelled(allow[i]) +
        " allows nothing: special names are opened one by one; name the hosts exactly");
  }
}

// With an allow list, what it does not name needs no deny and no site.
bool allow_excludes(const Context& context, std::string_view host) {
  return !context.egress.allow.empty() && !context.allowed_hosts.meets(host);
}

void find_idle_denies(Context& context) {
  const auto& deny = context.egress.deny;
  for (std::size_t i = 0; i < deny.size(); ++i) {
    if (!allow_excludes(context, deny[i].host)) continue;
    context.lines.push_back(context.line(deny_option, i) + ": egress.deny " + spelled(deny[i]) +
                            " closes nothing: egress.allow (" +
                            line_of(context.places, allow_option) +
                            ") does not name that host; remove it");
  }
}

// ---- sites

std::optional<std::string> why_unreachable(const Context& context, const Site& site) {
  if (allow_excludes(context, site.host)) {
    return "egress.allow (" + line_of(context.places, allow_option) +
           ") does not name that host; add it there or remove the table";
  }
  const auto j = context.deny.first({covering_hosts(site.host), {""}, {0}, "/"});
  if (!j) return std::nullopt;
  return "egress.deny " + spelled(context.egress.deny[*j]) + " (" + context.line(deny_option, *j) +
         ") closes it; remove one of them";
}

void find_unreachable_sites(Context& context) {
  const auto& sites = context.egress.sites;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (const auto why = why_unreachable(context, sites[i])) {
      context.lines.push_back(context.line(site_option, i) + ": egress.site \"" + sites[i].host +
                              "\" never holds: " + *why);
    }
  }
}

struct SiteKey {
  std::string_view name;
  bool is_set;
};

auto keys_of(const Site& site) {
  return std::to_array<SiteKey>({{"interval", site.interval.has_value()},
                                 {"concurrency", site.concurrency.has_value()},
                                 {"hours", site.hours.has_value()},
                                 {"user_agent", site.user_agent.has_value()},
                                 {"robots", site.robots.has_value()},
                                 {"proxy", site.route.has_value()},
                                 {"wire_bytes_max", site.wire_bytes_max.has_value()},
                                 {"decoded_bytes_max", site.decoded_bytes_max.has_value()},
                                 {"content_types", site.content_types.has_value()}});
}

// Table by table, those before it that set one of its keys last; a key of theirs is then overruled.
void find_repeated_sites(Context& context) {
  using KeysOfTable = std::map<std::size_t, std::string>;
  const auto& sites = context.egress.sites;
  std::unordered_map<std::string, std::map<std::string_view, std::size_t>> set_by;
  for (std::size_t later = 0; later < sites.size(); ++later) {
    KeysOfTable overruled;
    auto& last = set_by[sites[later].host];
    for (const SiteKey& key : keys_of(sites[later])) {
      if (!key.is_set) continue;
      const auto [before, is_first] = last.try_emplace(key.name, later);
      if (is_first) continue;
      std::string& keys = overruled[before->second];
      keys.append(keys.empty() ? "" : ", ").append(key.name);
      before->second = later;
    }
    for (const auto& [i, keys] : overruled) {
      context.lines.push_back(context.line(site_option, i) + ": egress.site \"" + sites[i].host +
                              "\" is overruled in " + keys + " by the later table (" +
                              context.line(site_option, later) + "); remove one of them");
    }
  }
}

// ---- addresses

bool some_route_is_direct(const EgressPolicy& egress) {
  return !egress.route.proxy || std::ranges::any_of(egress.sites, [](const Site& site) {
    return site.route && !site.route->proxy;
  });
}

std::optional<std::string> why_useless(const Context& context, const AddressException& exception) {
  const EgressPolicy& egress = context.egress;
  if (!context.ports.contains(exception.port)) {
    return "egress.allow (" + line_of(context.places, allow_option) + ") opens port " +
           std::to_string(exception.port) +
           " for no host; name it there as \"HOST:" + std::to_string(exception.port) + '"';
  }
  if (!some_route_is_direct(egress)) {
    return "egress.proxy (" + line_of(context.places, "egress.proxy") +
           ") takes every connection; give the host a table egress.site with proxy = \"direct\"";
  }
  const auto& denied = egress.addresses.denied;
  const auto closing = std::ranges::find_if(
      denied, [&](const AddressRange& range) { return range_covers(range, exception.range); });
  if (closing != denied.end()) {
    const auto j = static_cast<std::size_t>(closing - denied.begin());
    return "egress.denied_addresses " + policy::to_string(*closing) + " (" +
           context.line("egress.denied_addresses", j) + ") wins over it; remove one of them";
  }
  return std::nullopt;
}

void find_useless_exceptions(Context& context) {
  const auto& exceptions = context.egress.addresses.exceptions;
  for (std::size_t i = 0; i < exceptions.size(); ++i) {
    if (const auto why = why_useless(context, exceptions[i])) {
      context.lines.push_back(context.line(exception_option, i) + ": egress.exception " +
                              spelled(exceptions[i]) + " opens nothing: " + *why);
    }
  }
}

void find_repeated_exceptions(Context& context) {
  const auto& exceptions = context.egress.addresses.exceptions;
  for (std::size_t j = 1; j < exceptions.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      if (exceptions[i].port != exceptions[j].port) continue;
      if (!range_covers(exceptions[i].range, exceptions[j].range)) continue;
      context.lines.push_back(context.line(exception_option, j) + ": egress.exception " +
                              spelled(exceptions[j]) + " opens nothing that " +
                              spelled(exceptions[i]) + " (" + context.line(exception_option, i) +
                              ") does not; remove it");
      break;
    }
  }
}

}  // namespace

std::vector<std::string> egress_conflicts(const EgressPolicy& egress,
                                          std::span<const SiteRule> named, const Places& places) {
  Context context(egress, named, places);
  find_shadowed_allows(context);
  find_repeated_allows(context);
  find_special_suffixes(context);
  find_idle_denies(context);
  find_unreachable_sites(context);
  find_repeated_sites(context);
  find_useless_exceptions(context);
  find_repeated_exceptions(context);
  return std::move(context.lines);
}

}  // namespace seekd::config
