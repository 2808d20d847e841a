// The verdict of the door: may this URL be fetched, may this address be connected to, and if not,
// why.
//
// Pure and deterministic: names are resolved by the caller, the clock is not read. Any thread.
// Order of checks and reason codes: docs/egress.md. Every function fails closed: what is not
// understood is denied.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address.h"
#include "policy/site.h"
#include "policy/site_rule.h"
#include "policy/url.h"

namespace seekd::policy {

// Where a URL came from. A URL that a model wrote has no provenance and cannot be asked for.
enum class Provenance : std::uint8_t {
  user,
  site_list,
  search_result,
  page_link,
  feed,
  model_pull,     // a file of a model that an operator asked for; never of a page
  search_query,   // a search provider's, with a query in it; never of a page
  webhook,        // one that the configuration names, to be told something; never of a page
  model_request,  // an upstream's, with what a model is asked behind it; never of a page
};
std::string_view to_string(Provenance provenance);
std::optional<Provenance> parse_provenance(std::string_view text);

// One reason code per check; to_string gives the stable name of the log, the reply and `seekctl
// egress`.
enum class EgressReason : std::uint8_t {
  allowed,
  no_provenance,     // step 1: the request does not say where its URL came from
  url_invalid,       // step 2: not a URL, or spelled in a way that parsers read differently
  url_ambiguous,     // step 2: the second parser reads it differently
  userinfo,          // step 2: user:password@
  url_too_long,      // step 3
  scheme_denied,     // step 3: neither https nor an http that the policy allows
  port_denied,       // step 4
  ip_literal,        // step 5: an address in the place of a name, in whatever spelling
  host_invalid,      // step 5: not a public DNS name (single label, numeric last label, bad label)
  special_name,      // step 5: .local, .internal, .localhost, .home.arpa, …
  host_denied,       // step 5: the policy's deny list
  host_not_allowed,  // step 5: the policy has an allow list, and this is not on it
  robots_denied,     // step 6
  robots_unavailable,   // step 6: robots.txt answered 5xx or not at all
  rate_limited,         // step 6: the site's rate or concurrency is used up
  outside_hours,        // step 6: the site's hours have not begun
  resolve_failed,       // step 7
  resolve_timeout,      // step 7
  too_many_addresses,   // step 7
  address_denied,       // step 7: one denied address refuses the whole name
  peer_mismatch,        // step 8: getpeername says another address than the judged one
  connect_failed,       // step 8
  proxy_unauthorized,   // step 8: the forward proxy wants other credentials
  tls_failed,           // step 9
  redirect_invalid,     // step 10: no or unreadable Location
  redirect_downgrade,   // step 10: https to http
  too_many_redirects,   // step 10
  framing_invalid,      // step 11: contradicting lengths, truncated or excess body, header limits
  body_too_large,       // step 11
  range_invalid,        // step 11: other bytes of a file than those that were asked for
  content_type_denied,  // step 11
  content_mismatch,     // step 11: the first bytes are not what the type says
  content_invalid,      // step 11: the page cannot be parsed within its limits
  http_error,           // the server answered 4xx or 5xx
  timeout,              // a time limit of the transfer passed
  worker_failed,        // the worker died or broke its limits
  internal,
};
std::string_view to_string(EgressReason reason);

struct EgressPolicy {
  // Empty: https on port 443 of every public host. A rule that names a host exactly also opens it
  // where it is a special name or a single label ("wiki.internal", "localhost"); its address needs
  // an exception still.
  std::vector<SiteRule> allow;
  std::vector<SiteRule> deny;  // wins over allow
  // Where files of models may be fetched from, and these alone; empty: nowhere. No page is fetched
  // from a host for being named here.
  std::vector<SiteRule> models;
  std::string_view allow_option = "egress.allow";  // what messages call `allow`; static storage
  AddressPolicy addresses;
  std::uint8_t redirects_max = 5;
  std::uint8_t addresses_max = 16;
  Route route;              // where no site names another
  std::vector<Site> sites;  // site_of says which holds for a host

  bool operator==(const EgressPolicy&) const = default;
};

// What a model's files are judged by: `models` in the place of `allow`, all else as it is. nullopt:
// there are none to be fetched.
std::optional<EgressPolicy> model_policy(const EgressPolicy& policy);

// The TCP ports that connections of this policy may go to: of URLs, of proxies, and of `named`, who
// are spoken to for being named elsewhere. Sorted.
std::vector<std::uint16_t> open_ports(const EgressPolicy& policy,
                                      std::span<const SiteRule> named = {});

struct EgressVerdict {
  EgressReason reason = EgressReason::internal;
  std::string detail;      // one sentence; "" when allowed
  std::optional<Url> url;  // canonical; present when allowed
  bool allowed() const { return reason == EgressReason::allowed; }
};

// The second parser of step 2 (CURLU, in fetcher/url_reader.h; policy/ depends on no libcurl): the
// canonical Url as that parser reads the text, or an error. It cuts the text into UrlParts by
// itself and ends in canonical_url: what is compared is where each parser sees scheme, host, port,
// path and query.
using SecondReader = std::function<Result<Url>(std::string_view)>;

// Steps 1 to 5, in this order but for one: a text over url_bytes_max is refused before it is
// parsed. REQUIRES: second_reader is callable.
EgressVerdict judge_url(std::string_view text, std::optional<Provenance> provenance,
                        const EgressPolicy& policy, const SecondReader& second_reader);

// Step 7: what a name resolved to. None at all is resolve_failed.
EgressVerdict judge_addresses(const Url& url, std::span<const IpAddress> addresses,
                              const EgressPolicy& policy, std::span<const IpAddress> own);

// How connections to a host leave: as its site says, or the whole policy.
Route route_of(const EgressPolicy& policy, std::string_view host);

// Steps 7 and 8 where a proxy stands between: its written address is opened by being written, and
// closed by denied_addresses alone.
EgressVerdict judge_proxy(const Url& url, const Endpoint& proxy, const EgressPolicy& policy);

// Step 10: the `hop`-th redirect (1 is the first), judged from step 2 again. REQUIRES: as
// judge_url.
EgressVerdict judge_redirect(const Url& from, std::string_view location, unsigned hop,
                             const EgressPolicy& policy, const SecondReader& second_reader);

}  // namespace seekd::policy
