// What must hold of every robots.txt: parsing ends within its limits, rules are in normal spelling,
// and matching is deterministic. The first line of the input is the target, the rest the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/robots.h"

namespace {

using namespace seekd::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

// A file of these rules alone says the same.
std::string written(const RobotsRules& rules) {
  std::string text = "user-agent: *\n";
  for (const RobotsRule& rule : rules.rules) {
    text += rule.verb == RobotsVerb::allow ? "allow: " : "disallow: ";
    text += rule.pattern + '\n';
  }
  const auto delay = rules.crawl_delay.count();  // milliseconds
  if (delay == 0) return text;
  const std::string fraction = std::to_string(1000 + delay % 1000).substr(1);
  return text + "crawl-delay: " + std::to_string(delay / 1000) + '.' + fraction + '\n';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  const std::string target = '/' + std::string(input.substr(0, line));
  const std::string_view text = line == input.npos ? "" : input.substr(line + 1);

  const RobotsRules rules = parse_robots(text, "seekd");
  require(rules.rules.size() <= robots_rules_max);
  const bool allowed = robots_allow(rules, target);
  require(allowed || !rules.rules.empty());
  require(robots_allow(rules, "/robots.txt"));
  const std::string again = written(rules);
  if (again.size() <= robots_bytes_max) require(parse_robots(again, "seekd") == rules);
  return 0;
}
