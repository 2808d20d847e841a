// The entries of egress.allow or egress.deny by what they name, so that the one that covers another
// is found without asking each: as many look-ups as a host has labels and a path has segments.
//
// Immutable once made; any thread. REQUIRES: the rules outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/site_rule.h"

namespace seekd::config {

// Every spelling of a SiteRule's host that covers all of `host`, itself among them.
std::vector<std::string> covering_hosts(std::string_view host);

// Whether a rule and a host speak of a URL that is the same.
class HostIndex {
 public:
  explicit HostIndex(std::span<const policy::SiteRule> rules);
  bool meets(std::string_view host) const;

 private:
  std::set<std::string, std::less<>> named_;
  std::set<std::string, std::less<>> above_;  // whatever covers one of named_
};

class RuleIndex {
 public:
  // A rule with one of these in each field covers what was asked about.
  struct Wanted {
    std::vector<std::string> hosts;
    std::vector<std::string> schemes;
    std::vector<std::uint16_t> ports;
    std::string path;  // or one that covers it
  };

  RuleIndex(std::span<const policy::SiteRule> rules, policy::RuleEffect effect);

  // All that `inner`, an entry of egress.allow, opens.
  Wanted covering(const policy::SiteRule& inner) const;

  // The first rule that is wanted and not the one at `but_not`; of rules that say the same, the
  // first counts alone.
  std::optional<std::size_t> first(const Wanted& wanted,
                                   std::optional<std::size_t> but_not = {}) const;

 private:
  policy::RuleEffect effect_;
  std::unordered_map<std::string, std::size_t> rules_;
};

}  // namespace seekd::config
