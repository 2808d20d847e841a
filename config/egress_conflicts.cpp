#include "config/egress_conflicts.h"

#include <algorithm>
#include <optional>
#include <string_view>

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

struct Context {
  const EgressPolicy& egress;
  const Places& places;
  std::vector<std::string> lines;

  std::string line(std::string_view option, std::size_t element) const {
    return line_of(places, option, element);
  }
};

// ---- what covers what

// Every host that `inner` names, `outer` names too; both as in SiteRule.
bool host_covers(std::string_view outer, std::string_view inner) {
  if (outer == inner || outer == ".") return true;
  if (!inner.starts_with('.')) return policy::host_matches(outer, inner);
  return outer.starts_with('.') && inner.ends_with(outer);
}

bool hosts_meet(std::string_view a, std::string_view b) {
  return host_covers(a, b) || host_covers(b, a);
}

// Paths match by whole segments.
bool path_covers(std::string_view outer, std::string_view inner) {
  const std::string segments = std::string(outer) + (outer.ends_with('/') ? "" : "/");
  return (std::string(inner) + '/').starts_with(segments);
}

// All that `allow` opens, `deny` closes.
bool closes_all(const SiteRule& deny, const SiteRule& allow) {
  return host_covers(deny.host, allow.host) && path_covers(deny.path_prefix, allow.path_prefix) &&
         (deny.scheme.empty() || deny.scheme == policy::opened_scheme(allow)) &&
         (deny.port == 0 || deny.port == policy::opened_port(allow));
}

bool opens_all(const SiteRule& outer, const SiteRule& inner) {
  return host_covers(outer.host, inner.host) && path_covers(outer.path_prefix, inner.path_prefix) &&
         policy::opened_scheme(outer) == policy::opened_scheme(inner) &&
         policy::opened_port(outer) == policy::opened_port(inner);
}

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
    const auto deny = std::ranges::find_if(
        egress.deny, [&](const SiteRule& rule) { return closes_all(rule, egress.allow[i]); });
    if (deny == egress.deny.end()) continue;
    const auto j = static_cast<std::size_t>(deny - egress.deny.begin());
    context.lines.push_back(context.line(allow_option, i) + ": egress.allow " +
                            spelled(egress.allow[i]) + " never allows: egress.deny " +
                            spelled(*deny) + " (" + context.line(deny_option, j) +
                            ") wins over it; remove one of them");
  }
}

void find_repeated_allows(Context& context) {
  const auto& allow = context.egress.allow;
  for (std::size_t i = 0; i < allow.size(); ++i) {
    for (std::size_t j = 0; j < allow.size(); ++j) {
      const bool says_the_same = opens_all(allow[i], allow[j]);
      // Of two that are equal, the first counts.
      if (i == j || !says_the_same || (allow[i] == allow[j] && j < i)) continue;
      if (allow[i] != allow[j] && needs_its_own_rule(allow[j])) continue;
      context.lines.push_back(context.line(allow_option, j) + ": egress.allow " +
                              spelled(allow[j]) + " opens nothing that " + spelled(allow[i]) +
                              " (" + context.line(allow_option, i) + ") does not; remove it");
      break;
    }
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
bool allow_excludes(const EgressPolicy& egress, std::string_view host) {
  return !egress.allow.empty() && std::ranges::none_of(egress.allow, [&](const SiteRule& allow) {
    return hosts_meet(allow.host, host);
  });
}

void find_idle_denies(Context& context) {
  const auto& deny = context.egress.deny;
  for (std::size_t i = 0; i < deny.size(); ++i) {
    if (!allow_excludes(context.egress, deny[i].host)) continue;
    context.lines.push_back(context.line(deny_option, i) + ": egress.deny " + spelled(deny[i]) +
                            " closes nothing: egress.allow (" +
                            line_of(context.places, allow_option) +
                            ") does not name that host; remove it");
  }
}

// ---- sites

std::optional<std::string> why_unreachable(const Context& context, const Site& site) {
  if (allow_excludes(context.egress, site.host)) {
    return "egress.allow (" + line_of(context.places, allow_option) +
           ") does not name that host; add it there or remove the table";
  }
  const auto& deny = context.egress.deny;
  const auto closing = std::ranges::find_if(deny, [&](const SiteRule& rule) {
    return host_covers(rule.host, site.host) && rule.path_prefix == "/" && rule.scheme.empty() &&
           rule.port == 0;
  });
  if (closing == deny.end()) return std::nullopt;
  const auto j = static_cast<std::size_t>(closing - deny.begin());
  return "egress.deny " + spelled(*closing) + " (" + context.line(deny_option, j) +
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

// The keys that both set.
std::string common_keys(const Site& a, const Site& b) {
  std::string keys;
  const auto both = [&](std::string_view name, const auto& x, const auto& y) {
    if (x && y) keys += (keys.empty() ? "" : ", ") + std::string(name);
  };
  both("interval", a.interval, b.interval);
  both("concurrency", a.concurrency, b.concurrency);
  both("hours", a.hours, b.hours);
  both("user_agent", a.user_agent, b.user_agent);
  both("robots", a.robots, b.robots);
  both("proxy", a.route, b.route);
  both("wire_bytes_max", a.wire_bytes_max, b.wire_bytes_max);
  both("decoded_bytes_max", a.decoded_bytes_max, b.decoded_bytes_max);
  both("content_types", a.content_types, b.content_types);
  return keys;
}

void find_repeated_sites(Context& context) {
  const auto& sites = context.egress.sites;
  for (std::size_t later = 1; later < sites.size(); ++later) {
    for (std::size_t i = 0; i < later; ++i) {
      if (sites[i].host != sites[later].host) continue;
      const std::string keys = common_keys(sites[i], sites[later]);
      if (keys.empty()) continue;
      context.lines.push_back(context.line(site_option, i) + ": egress.site \"" + sites[i].host +
                              "\" is overruled in " + keys + " by the later table (" +
                              context.line(site_option, later) + "); remove one of them");
    }
  }
}

// ---- addresses

bool port_is_open(const EgressPolicy& egress, std::uint16_t port) {
  if (egress.allow.empty()) return port == 443;
  return std::ranges::any_of(
      egress.allow, [&](const SiteRule& allow) { return policy::opened_port(allow) == port; });
}

bool some_route_is_direct(const EgressPolicy& egress) {
  return !egress.route.proxy || std::ranges::any_of(egress.sites, [](const Site& site) {
    return site.route && !site.route->proxy;
  });
}

std::optional<std::string> why_useless(const Context& context, const AddressException& exception) {
  const EgressPolicy& egress = context.egress;
  if (!port_is_open(egress, exception.port)) {
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

std::vector<std::string> egress_conflicts(const EgressPolicy& egress, const Places& places) {
  Context context{egress, places, {}};
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
