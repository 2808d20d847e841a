// One entry of the lists egress.allow and egress.deny: which URLs it speaks of.
//
// Pure; any thread. Fails closed: what an entry leaves unsaid is read narrowly where it opens, and
// widely where it closes.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/url.h"

namespace seekd::policy {

struct SiteRule {
  // A-label; "example.org" is that host, ".example.org" it and everything below, "." every host.
  std::string host;
  // Canonical, as parse_url writes a path; no query. Matches whole segments: "/docs" is "/docs",
  // "/docs/x" and "/docs?x", not "/docsx". Servers read some paths in two ways ("/a%2Fb", "//a",
  // "/a;x"): a rule that opens must cover both readings, a rule that closes one of them.
  std::string path_prefix = "/";
  std::string scheme = {};  // "https", "http"; "" unsaid: https of a rule that opens, else either
  std::uint16_t port = 0;   // 0 unsaid: the scheme's own of a rule that opens, else any

  bool operator==(const SiteRule&) const = default;
};

// What a rule that opens leaves unsaid.
std::string_view opened_scheme(const SiteRule& allow);
std::uint16_t opened_port(const SiteRule& allow);

enum class RuleEffect : std::uint8_t {
  opens,   // an entry of egress.allow
  closes,  // an entry of egress.deny
};

// Whether a SiteRule's host, or one of the same form, covers a canonical host.
bool host_matches(std::string_view rule, std::string_view host);

// By which the longer of two such hosts that cover another one is told: "example.org" is longer
// than
// ".example.org", as it names that host alone.
std::size_t host_match_length(std::string_view rule);

bool scheme_matches(const SiteRule& rule, std::string_view scheme, RuleEffect effect);
bool port_matches(const SiteRule& rule, std::uint16_t port, RuleEffect effect);
bool path_matches(const SiteRule& rule, std::string_view path, RuleEffect effect);

// All four.
bool rule_matches(const SiteRule& rule, const Url& url, RuleEffect effect);

}  // namespace seekd::policy
