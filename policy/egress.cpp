#include "policy/egress.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>

#include "policy/host.h"
#include "policy/percent_encoding.h"
#include "policy/quoted.h"

namespace seekd::policy {
namespace {

EgressVerdict denied(EgressReason reason, std::string detail) {
  return {.reason = reason, .detail = std::move(detail), .url = std::nullopt};
}

EgressVerdict allowed(Url url) {
  return {.reason = EgressReason::allowed, .detail = "", .url = std::move(url)};
}

// ---- rules

// What a server that decodes escaped slashes, ignores empty segments and cuts path parameters
// (RFC 3986 §3.3) takes the path for.
std::string loose_path(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto escaped = path[i] == '%' ? read_escape(path.substr(i)) : std::nullopt;
    const bool is_slash = escaped == '/' || escaped == '\\';
    plain += is_slash ? '/' : path[i];
    if (is_slash) i += 2;
  }
  std::string out;
  for (std::string_view rest = plain; !rest.empty();) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    std::string_view segment = rest.substr(0, end);
    segment = segment.substr(0, segment.find(';'));
    rest.remove_prefix(end);
    if (segment == "..") {
      out.resize(out.empty() ? 0 : out.rfind('/'));
    } else if (!segment.empty() && segment != ".") {
      out += '/';
      out += segment;
    }
  }
  if (out.empty() || plain.ends_with('/')) out += '/';
  return out;
}

bool covers(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) &&
         (prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/');
}

enum class Readings : std::uint8_t {
  all,  // a rule that opens must cover the path however a server reads it
  any,  // a rule that closes covers it in either reading
};

bool site_matches(const SiteRule& rule, const Url& url, Readings readings) {
  if (!host_matches(rule.host, url.host)) return false;
  const bool strict = covers(rule.path_prefix, url.path());
  if (strict == (readings == Readings::any)) return strict;
  return covers(rule.path_prefix, loose_path(url.path()));
}

bool any_matches(const std::vector<SiteRule>& rules, const Url& url, Readings readings) {
  return std::ranges::any_of(
      rules, [&](const SiteRule& rule) { return site_matches(rule, url, readings); });
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
  if (url.scheme == "https" || any_matches(policy.http_allowed, url, Readings::all)) {
    return std::nullopt;
  }
  return denied(EgressReason::scheme_denied,
                "plain http is not allowed for " + quoted(url.host) +
                    "; use https, or name the host in egress.http_allowed");
}

Refusal check_port(const Url& url, const EgressPolicy& policy) {  // step 4
  if (url.port == (url.scheme == "https" ? 443 : 80)) return std::nullopt;
  const bool named = std::ranges::any_of(policy.ports, [&](const EgressPolicy::PortRule& rule) {
    return rule.port == url.port && host_matches(rule.host, url.host);
  });
  if (named) return std::nullopt;
  return denied(EgressReason::port_denied, "port " + std::to_string(url.port) + " of " +
                                               quoted(url.host) +
                                               " is not open; egress.ports names those that are");
}

// RFC 6761, RFC 6762, RFC 7686, RFC 8375, and .internal as ICANN reserved it.
bool is_special_name(std::string_view host) {
  constexpr std::string_view suffixes[] = {".local", ".internal", ".localhost", ".home.arpa",
                                           ".onion"};
  return std::ranges::any_of(suffixes, [&](std::string_view suffix) {
    return host == suffix.substr(1) || host.ends_with(suffix);
  });
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
    return denied(
        EgressReason::special_name,
        quoted(url.host) +
            " is a name of the local network; name it exactly in egress.allow to open it");
  }
  if (url.host.find('.') == std::string::npos) {
    return denied(
        EgressReason::host_invalid,
        quoted(url.host) +
            " is a single label; write the full name, or name it exactly in egress.allow");
  }
  return std::nullopt;
}

Refusal check_lists(const Url& url, const EgressPolicy& policy) {  // step 5
  if (any_matches(policy.deny, url, Readings::any)) {
    return denied(EgressReason::host_denied,
                  quoted(url.host) + " or this path of it is on the list egress.deny");
  }
  if (policy.allow.empty() || any_matches(policy.allow, url, Readings::all)) return std::nullopt;
  return denied(EgressReason::host_not_allowed,
                quoted(url.host) + " or this path of it is not on the list egress.allow");
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

bool host_matches(std::string_view rule, std::string_view host) {
  if (!rule.starts_with('.')) return host == rule;
  return rule.size() == 1 || host == rule.substr(1) || host.ends_with(rule);
}

EgressVerdict judge_url(std::string_view text, std::optional<Provenance> provenance,
                        const EgressPolicy& policy, const SecondReader& second_reader) {
  if (!provenance) {
    return denied(EgressReason::no_provenance,
                  "the request does not say where its URL came from (user, site_list, "
                  "search_result, page_link or feed)");
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
