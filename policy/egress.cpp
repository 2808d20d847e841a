#include "policy/egress.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <set>
#include <utility>

#include "policy/host.h"
#include "policy/quoted.h"

namespace seekd::policy {
namespace {

EgressVerdict denied(EgressReason reason, std::string detail) {
  return {.reason = reason, .detail = std::move(detail), .url = std::nullopt};
}

EgressVerdict allowed(Url url) {
  return {.reason = EgressReason::allowed, .detail = "", .url = std::move(url)};
}

bool any_matches(const std::vector<SiteRule>& rules, const Url& url, RuleEffect effect) {
  return std::ranges::any_of(rules,
                             [&](const SiteRule& rule) { return rule_matches(rule, url, effect); });
}

bool allow_names_exactly(const EgressPolicy& policy, std::string_view host) {
  return std::ranges::any_of(policy.allow, [&](const SiteRule& rule) { return rule.host == host; });
}

// ---- the checks, in the order of docs/egress.md

using Refusal = std::optional<EgressVerdict>;

EgressReason reason_of(UrlFault fault) {
  switch (fault) {
    case UrlFault::malformed:
      return EgressReason::url_invalid;
    case UrlFault::userinfo:
      return EgressReason::userinfo;
    case UrlFault::too_long:
      return EgressReason::url_too_long;
    case UrlFault::scheme:
      return EgressReason::scheme_denied;
    case UrlFault::host:
      return EgressReason::host_invalid;
  }
  return EgressReason::url_invalid;
}

Refusal check_scheme(const Url& url, const EgressPolicy& policy) {  // step 3
  const bool open = std::ranges::any_of(policy.allow, [&](const SiteRule& rule) {
    return scheme_matches(rule, url.scheme, RuleEffect::opens) &&
           host_matches(rule.host, url.host) && path_matches(rule, url.path(), RuleEffect::opens);
  });
  if (url.scheme == "https" || open) return std::nullopt;
  return denied(EgressReason::scheme_denied, "plain http is not allowed for " + quoted(url.host) +
                                                 "; use https, or name http:// and the host in " +
                                                 std::string(policy.allow_option));
}

Refusal check_port(const Url& url, const EgressPolicy& policy) {  // step 4
  if (url.scheme == "https" && url.port == 443) return std::nullopt;
  const bool open = std::ranges::any_of(policy.allow, [&](const SiteRule& rule) {
    return scheme_matches(rule, url.scheme, RuleEffect::opens) &&
           port_matches(rule, url.port, RuleEffect::opens) && host_matches(rule.host, url.host);
  });
  if (open) return std::nullopt;
  return denied(EgressReason::port_denied,
                "port " + std::to_string(url.port) + " of " + quoted(url.host) + " is not open; " +
                    std::string(policy.allow_option) + " names those that are");
}

// RFC 6761, RFC 6762, RFC 7686, RFC 9476, and .internal as ICANN reserved it. RFC 3172: .arpa is of
// the network itself; home.arpa (RFC 8375), service.arpa and resolver.arpa are of the local one.
constexpr std::string_view special_suffixes[] = {".local", ".internal", ".localhost", ".arpa",
                                                 ".onion", ".alt",      ".test",      ".invalid"};

// RFC 6762 appendix G, what hosts files bring, and what clusters resolve for themselves: networks
// use them, though nobody delegated them.
constexpr std::string_view private_suffixes[] = {
    ".intranet",    ".private",      ".corp", ".home",   ".mail",   ".lan",
    ".localdomain", ".localdomain6", ".svc",  ".consul", ".cluster"};

bool is_special_name(std::string_view host) {
  const auto below = [&](std::string_view suffix) { return host.ends_with(suffix); };
  const auto itself = [&](std::string_view suffix) { return host == suffix.substr(1); };
  return std::ranges::any_of(special_suffixes, below) ||
         std::ranges::any_of(special_suffixes, itself) ||
         std::ranges::any_of(private_suffixes, below);
}

Refusal check_host(const Url& url, const EgressPolicy& policy) {  // step 5
  const HostKind kind = host_kind(url.host);
  if (kind == HostKind::ipv4 || kind == HostKind::ipv6) {
    return denied(EgressReason::ip_literal, "the host is the address " + url.host + ", not a name");
  }
  if (kind == HostKind::numeric) {
    return denied(EgressReason::host_invalid,
                  "the last label of " + quoted(url.host) + " is a number: no public name");
  }
  if (allow_names_exactly(policy, url.host)) return std::nullopt;
  if (is_special_name(url.host)) {
    return denied(EgressReason::special_name,
                  quoted(url.host) + " is no name of the public web; name it exactly in " +
                      std::string(policy.allow_option) + " to open it");
  }
  if (url.host.find('.') == std::string::npos) {
    return denied(EgressReason::host_invalid,
                  quoted(url.host) +
                      " is a single label; write the full name, or name it exactly in " +
                      std::string(policy.allow_option));
  }
  // RFC 1123 §2.1: "the highest-level component label will be alphabetic". What lenient readers of
  // numbers make of "127.0.0.1e0" is not found out.
  const char last = url.host[url.host.rfind('.') + 1];
  if (last >= '0' && last <= '9') {
    return denied(EgressReason::host_invalid,
                  "the last label of " + quoted(url.host) +
                      " begins with a digit: no public name; name it exactly in " +
                      std::string(policy.allow_option));
  }
  return std::nullopt;
}

Refusal check_lists(const Url& url, const EgressPolicy& policy) {  // step 5
  if (any_matches(policy.deny, url, RuleEffect::closes)) {
    return denied(EgressReason::host_denied,
                  quoted(url.host) + " or this path of it is on the list egress.deny");
  }
  if (policy.allow.empty() || any_matches(policy.allow, url, RuleEffect::opens))
    return std::nullopt;
  return denied(EgressReason::host_not_allowed, quoted(url.host) + " is not on the list " +
                                                    std::string(policy.allow_option) +
                                                    " with this scheme, port and path");
}

// Steps 2 to 5.
EgressVerdict judge_text(std::string_view text, const EgressPolicy& policy,
                         const SecondReader& second_reader) {
  assert(second_reader);
  std::expected<Url, UrlError> url = read_url(text);
  if (!url) return denied(reason_of(url.error().fault), std::move(url.error().message));
  const Result<Url> second = second_reader(text);
  if (!second || *second != *url) {
    const std::string what = second ? quoted(second->text()) : "no URL: " + second.error().message;
    return denied(EgressReason::url_ambiguous,
                  "two parsers read different URLs: " + quoted(url->text()) + " and " + what);
  }
  for (const auto check : {check_scheme, check_port, check_host, check_lists}) {
    if (Refusal refusal = check(*url, policy)) return *std::move(refusal);
  }
  return allowed(*std::move(url));
}

}  // namespace

std::optional<EgressPolicy> model_policy(const EgressPolicy& policy) {
  if (policy.models.empty()) return std::nullopt;
  EgressPolicy judged = policy;
  judged.allow = policy.models;
  judged.allow_option = "egress.models";
  return judged;
}

std::vector<std::uint16_t> open_ports(const EgressPolicy& policy, std::span<const SiteRule> named) {
  std::set<std::uint16_t> ports{443};
  for (const SiteRule& rule : policy.allow) ports.insert(opened_port(rule));
  for (const SiteRule& rule : policy.models) ports.insert(opened_port(rule));
  for (const SiteRule& rule : named) ports.insert(opened_port(rule));
  if (policy.route.proxy) ports.insert(policy.route.proxy->port);
  for (const Site& site : policy.sites) {
    if (site.route && site.route->proxy) ports.insert(site.route->proxy->port);
  }
  return {ports.begin(), ports.end()};
}

EgressVerdict judge_url(std::string_view text, std::optional<Provenance> provenance,
                        const EgressPolicy& policy, const SecondReader& second_reader) {
  if (!provenance) {
    return denied(EgressReason::no_provenance,
                  "the request does not say where its URL came from (user, site_list, "
                  "search_result, page_link, feed, model_pull, search_query or webhook)");
  }
  return judge_text(text, policy, second_reader);
}

EgressVerdict judge_addresses(const Url& url, std::span<const IpAddress> addresses,
                              const EgressPolicy& policy, std::span<const IpAddress> own) {
  if (addresses.empty()) {
    return denied(EgressReason::resolve_failed, quoted(url.host) + " has no address");
  }
  if (addresses.size() > policy.addresses_max) {
    return denied(EgressReason::too_many_addresses,
                  quoted(url.host) + " has " + std::to_string(addresses.size()) +
                      " addresses, more than " + std::to_string(policy.addresses_max));
  }
  for (const IpAddress& address : addresses) {
    if (const auto why = denied_because(address, url.port, policy.addresses, own)) {
      return denied(EgressReason::address_denied,
                    quoted(url.host) + " has the address " + to_string(address) + " (" + *why +
                        "), which no egress.exception opens for port " + std::to_string(url.port));
    }
  }
  return allowed(url);
}

Route route_of(const EgressPolicy& policy, std::string_view host) {
  return site_of(policy.sites, host).route.value_or(policy.route);
}

EgressVerdict judge_proxy(const Url& url, const Endpoint& proxy, const EgressPolicy& policy) {
  const auto closes = [&](const AddressRange& range) { return range.contains(proxy.address); };
  if (std::ranges::none_of(policy.addresses.denied, closes)) return allowed(url);
  return denied(EgressReason::address_denied,
                "the proxy " + to_string(proxy.address) + " is among egress.denied_addresses");
}

EgressVerdict judge_redirect(const Url& from, std::string_view location, unsigned hop,
                             const EgressPolicy& policy, const SecondReader& second_reader) {
  if (hop > policy.redirects_max) {
    return denied(EgressReason::too_many_redirects,
                  "more than " + std::to_string(policy.redirects_max) + " redirects");
  }
  if (location.empty()) return denied(EgressReason::redirect_invalid, "the Location is empty");
  Result<std::string> text = absolute_text(from, location);
  if (!text) {
    return denied(text.error().code == ErrorCode::too_large ? EgressReason::url_too_long
                                                            : EgressReason::redirect_invalid,
                  std::move(text.error().message));
  }
  const std::expected<Url, UrlError> to = read_url(*text);
  if (from.scheme == "https" && to && to->scheme == "http") {
    return denied(EgressReason::redirect_downgrade,
                  quoted(from.host) + " redirects from https to " + quoted(to->text()));
  }
  return judge_text(*text, policy, second_reader);
}

}  // namespace seekd::policy
