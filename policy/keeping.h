// How long the pages of a site are kept, how many of their versions, and how long they are fresh.
//
// Pure; any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/http_freshness.h"

namespace seekd::policy {

struct Keeping {
  std::chrono::seconds retention{30 * 24 * 3600};  // a page is gone this long after it came
  FreshnessBounds freshness;
  std::uint32_t versions_max = 20;  // past ones of a page

  bool operator==(const Keeping&) const = default;
};

// What a table [[cache.site]] says. What is absent is said by a wider table, or by [cache].
struct KeepingRule {
  std::string host;  // as SiteRule's
  std::optional<std::chrono::seconds> retention;
  std::optional<std::chrono::seconds> freshness_default;
  std::optional<std::chrono::seconds> freshness_min;
  std::optional<std::chrono::seconds> freshness_max;
  std::optional<std::uint32_t> versions_max;

  bool operator==(const KeepingRule&) const = default;
};

// Of the tables that cover `host`, each key is taken from the one whose host is the longest match;
// of two for the same host, from the later one; what none says, from `otherwise`.
Keeping keeping_of(std::string_view host, std::span<const KeepingRule> rules,
                   const Keeping& otherwise);

}  // namespace seekd::policy
