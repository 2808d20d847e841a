#include "daemon/api/search_json.h"

#include "daemon/finding/provider_health.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

json::object counts_json(const ProviderHealth& health) {
  json::object counts;
  for (std::size_t i = 0; i < provider_states; ++i) {
    const auto state = static_cast<ProviderState>(i);
    if (health.count(state) > 0) counts[to_string(state)] = health.count(state);
  }
  return counts;
}

}  // namespace

std::vector<ProviderReading> read_providers(const Services& services) {
  return services.web == nullptr ? std::vector<ProviderReading>() : services.web->providers();
}

json::object findings_json(const WebFindings& findings) {
  json::array results, notices, outcomes;
  for (const WebResult& result : findings.results) {
    results.push_back({{"url", result.url},
                       {"title", result.title},
                       {"snippet", result.snippet},
                       {"published", result.published},
                       {"provider", result.provider},
                       {"provenance", to_string(result.provenance)}});
  }
  for (const Notice& notice : findings.notices) {
    notices.push_back({{"code", notice.code}, {"url", notice.url}, {"message", notice.message}});
  }
  for (const ProviderOutcome& outcome : findings.outcomes) {
    outcomes.push_back({{"provider", outcome.provider},
                        {"query", outcome.query},
                        {"state", to_string(outcome.state)},
                        {"results", outcome.results}});
  }
  return {{"results", std::move(results)},
          {"notices", std::move(notices)},
          {"outcomes", std::move(outcomes)}};
}

json::array providers_json(std::span<const ProviderReading> providers,
                           ProviderHealth::Clock::time_point now) {
  json::array all;
  for (const ProviderReading& reading : providers) {
    const auto pause = std::chrono::ceil<std::chrono::seconds>(reading.health.pause_left(now));
    all.push_back({{"name", reading.provider.name},
                   {"kind", to_string(reading.provider.kind)},
                   {"last", to_string(reading.health.last())},
                   {"failures_in_row", reading.health.failures_in_row()},
                   {"paused_s", pause.count()},
                   {"queries", counts_json(reading.health)}});
  }
  return all;
}

}  // namespace seekd::daemon
