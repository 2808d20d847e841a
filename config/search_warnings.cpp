#include "config/search_warnings.h"

namespace seekd::config {
namespace {

void warn_of(const std::vector<std::string>& urls, const std::string& where, const Config& config,
             std::vector<std::string>& lines) {
  for (const std::string& written : urls) {
    const auto url = policy::filled(written, {.text = "q"}, 1);
    if (!url) continue;
    const policy::EgressVerdict verdict = policy::judge_url(
        url->text(), policy::Provenance::site_list, config.egress, policy::parse_url);
    if (verdict.allowed()) continue;
    std::string line = where;
    line.append(": search.topic: ").append(written).append(" is never fetched (");
    line.append(to_string(verdict.reason)).append("): ").append(verdict.detail);
    lines.push_back(std::move(line));
  }
}

}  // namespace

std::vector<std::string> search_warnings(const Config& config, const Places& places) {
  std::vector<std::string> lines;
  const auto& topics = config.search.topics;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const std::string where = line_of(places, "search.topic", i);
    warn_of(topics[i].urls, where, config, lines);
    warn_of(topics[i].feeds, where, config, lines);
  }
  return lines;
}

}  // namespace seekd::config
