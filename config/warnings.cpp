#include <algorithm>
#include <string>
#include <string_view>

#include "config/config.h"

namespace seekd::config {
namespace {

using policy::SiteRule;

// Every host that `inner` names, `outer` names too; both as in SiteRule.
bool covers(std::string_view outer, std::string_view inner) {
  if (outer == inner || outer == ".") return true;
  if (!inner.starts_with('.')) return policy::host_matches(outer, inner);
  return outer.starts_with('.') && inner.ends_with(outer);
}

// Paths match by whole segments.
bool covers(const SiteRule& outer, const SiteRule& inner) {
  const std::string segments = outer.path_prefix + (outer.path_prefix.ends_with('/') ? "" : "/");
  return covers(outer.host, inner.host) && (inner.path_prefix + '/').starts_with(segments);
}

std::string spelled(const SiteRule& rule) {
  return '"' + rule.host + (rule.path_prefix == "/" ? "" : rule.path_prefix) + '"';
}

void warn_of_shadowed(const policy::EgressPolicy& egress, std::vector<std::string>& lines) {
  for (const SiteRule& allow : egress.allow) {
    const auto deny = std::ranges::find_if(
        egress.deny, [&](const SiteRule& rule) { return covers(rule, allow); });
    if (deny == egress.deny.end()) continue;
    lines.push_back("egress.allow " + spelled(allow) + " never allows: egress.deny " +
                    spelled(*deny) + " wins over it; remove one of them");
  }
}

// Special names are opened by their exact names alone.
void warn_of_special(const policy::EgressPolicy& egress, std::vector<std::string>& lines) {
  for (const SiteRule& allow : egress.allow) {
    if (!allow.host.starts_with('.') || allow.host == ".") continue;
    const policy::EgressVerdict verdict =
        policy::judge_url("https://any" + allow.host, policy::Provenance::site_list,
                          policy::EgressPolicy{}, policy::parse_url);
    if (verdict.reason != policy::EgressReason::special_name) continue;
    lines.push_back("egress.allow " + spelled(allow) +
                    " allows nothing: special names are opened one by one; name the hosts exactly");
  }
}

void warn_of_excluded(const policy::EgressPolicy& egress, std::string_view option,
                      std::string_view host, std::vector<std::string>& lines) {
  const bool reachable = std::ranges::any_of(egress.allow, [&](const SiteRule& allow) {
    return covers(allow.host, host) || covers(host, allow.host);
  });
  if (egress.allow.empty() || reachable) return;
  lines.push_back(std::string(option) + " \"" + std::string(host) +
                  "\" has no effect: egress.allow does not name that host; add it there or "
                  "remove it here");
}

// An exception so wide that the deny list hardly stands on its port.
bool is_wide(const policy::AddressRange& range) {
  const bool v4 = range.base.family == policy::IpAddress::Family::v4;
  return range.prefix_bits < (v4 ? 24 : 64);
}

void warn_of_openings(const Config& config, std::vector<std::string>& lines) {
  for (const std::string& host : config.egress.robots_ignored) {
    lines.push_back("egress.robots_ignored \"" + host +
                    "\": its robots.txt is not asked; be sure that its owner agreed");
  }
  for (const policy::AddressException& exception : config.egress.addresses.exceptions) {
    if (!is_wide(exception.range)) continue;
    lines.push_back("egress.exception " + policy::to_string(exception.range) +
                    " opens a whole network on port " + std::to_string(exception.port) +
                    "; name the addresses that are meant");
  }
  if (config.fetcher.accept_missing_sandbox) {
    lines.push_back(
        "fetcher.accept_missing_sandbox is true: on a kernel that lacks a mechanism, pages are "
        "parsed unconfined; set it to false where the kernel has them");
  }
}

}  // namespace

std::vector<std::string> warnings(const Config& config) {
  std::vector<std::string> lines;
  warn_of_shadowed(config.egress, lines);
  warn_of_special(config.egress, lines);
  for (const SiteRule& rule : config.egress.http_allowed) {
    warn_of_excluded(config.egress, "egress.http_allowed", rule.host, lines);
  }
  for (const auto& rule : config.egress.ports) {
    warn_of_excluded(config.egress, "egress.ports", rule.host, lines);
  }
  warn_of_openings(config, lines);
  return lines;
}

}  // namespace seekd::config
