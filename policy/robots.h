// robots.txt, RFC 9309: parsing, and whether an agent may fetch a path.
//
// Pure; any thread. Parsing happens in a worker (the text is hostile); what crosses to the broker
// is RobotsRules. Nothing fails: what is no rule is skipped, as §2.2.4 asks. Matching takes time
// linear in the pattern and the target together, whatever the '*' in it.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

inline constexpr std::size_t robots_bytes_max =
    512 * 1024;  // RFC 9309 §2.5 asks for at least 500 KiB
inline constexpr std::size_t robots_rules_max = 10'000;

enum class RobotsVerb : std::uint8_t { allow, disallow };

struct RobotsRule {
  RobotsVerb verb = RobotsVerb::disallow;
  std::string pattern;  // percent-normalised (RFC 9309 §2.2.2), may hold '*' and a final '$'

  bool operator==(const RobotsRule&) const = default;
};

// Longer ones are taken for this: a site cannot close itself by politeness.
inline constexpr std::chrono::milliseconds crawl_delay_max = std::chrono::minutes(1);

// The rules of the group or groups that apply to one agent; empty allows everything.
struct RobotsRules {
  std::vector<RobotsRule> rules;
  // Crawl-delay, which RFC 9309 §2.2.4 lets stand beside the rules: the longest that the groups ask
  // for, as the least time between two requests; 0 where none does.
  std::chrono::milliseconds crawl_delay{0};

  bool operator==(const RobotsRules&) const = default;
};

// `agent` is the product token ("seekd"; what stands behind it, "/version" or more, is ignored),
// compared without regard to case. A line that robots_bytes_max cuts and rules past
// robots_rules_max are not read.
RobotsRules parse_robots(std::string_view text, std::string_view agent);

// RFC 9309 §2.2.2: the longest match wins, allow on a tie. `target` is a Url's path and query.
bool robots_allow(const RobotsRules& rules, std::string_view target);

}  // namespace seekd::policy
