#include "config/contradictions.h"

#include <array>

#include "config/access_check.h"
#include "config/routing_reader.h"

namespace seekd::config {
namespace {

struct Contradiction {
  std::string_view first;
  std::string_view second;
  bool (*holds)(const Config&);
  std::string_view problem;
};

constexpr std::array contradictions{
    Contradiction{"daemon.socket", "fetcher.socket",
                  [](const Config& c) { return c.daemon.socket == c.fetcher.socket; },
                  "both programs would listen on one socket; give each its own"},
    Contradiction{"fetcher.per_host_max", "fetcher.workers_max",
                  [](const Config& c) { return c.fetcher.per_host_max > c.fetcher.workers_max; },
                  "one host may have more pages at once than there are workers; lower the first "
                  "or raise the second"},
    Contradiction{
        "fetcher.decoded_bytes_max", "fetcher.wire_bytes_max",
        [](const Config& c) { return c.fetcher.decoded_bytes_max < c.fetcher.wire_bytes_max; },
        "a decoded body may be smaller than its transfer; raise the first or lower the second"},
    Contradiction{
        "fetcher.connect_timeout", "fetcher.transfer_timeout",
        [](const Config& c) { return c.fetcher.connect_timeout > c.fetcher.transfer_timeout; },
        "connecting may take longer than the whole transfer; lower the first or raise the second"},
    Contradiction{
        "cache.freshness_min", "cache.freshness_max",
        [](const Config& c) {
          return c.cache.freshness.lifetime_min > c.cache.freshness.lifetime_max;
        },
        "the least lifetime is longer than the most; lower the first or raise the second"},
    Contradiction{
        "refresh.interval_min", "refresh.interval_max",
        [](const Config& c) { return c.refresh.interval_min > c.refresh.interval_max; },
        "the least interval is longer than the most; lower the first or raise the second"},
    Contradiction{"answer.fetch_deadline", "answer.deadline",
                  [](const Config& c) { return c.answer.fetch_deadline > c.answer.deadline; },
                  "fetching may take longer than the whole answer; lower the first or raise the "
                  "second"},
    Contradiction{
        "answer.fetch_deadline", "answer.reading_deadline",
        [](const Config& c) { return c.answer.fetch_deadline > c.answer.reading_deadline; },
        "one page may take longer than all reading; lower the first or raise the second"},
    Contradiction{"answer.reading_deadline", "answer.deadline",
                  [](const Config& c) { return c.answer.reading_deadline > c.answer.deadline; },
                  "reading may take longer than the whole answer; lower the first or raise the "
                  "second"},
    Contradiction{"answer.bytes_max", "fetcher.wire_bytes_max",
                  [](const Config& c) { return c.answer.bytes_max < c.fetcher.wire_bytes_max; },
                  "no page could be fetched for a question: one may have more bytes than all "
                  "together; raise the first or lower the second"},
    Contradiction{
        "answer.passage_tokens_max", "model.context_tokens_max",
        [](const Config& c) { return c.answer.passage_tokens_max >= c.model.context_tokens_max; },
        "the passages alone would fill the context; lower the first or raise the second"},
    Contradiction{"answer.tokens_max", "model.context_tokens_max",
                  [](const Config& c) { return c.answer.tokens_max >= c.model.context_tokens_max; },
                  "the answer alone would fill the context; lower the first or raise the second"},
};

std::string message(const Contradiction& contradiction, const Places& places) {
  const auto first = places.find(contradiction.first);
  const auto second = places.find(contradiction.second);
  std::string text = first != places.end()    ? first->second.where
                     : second != places.end() ? second->second.where
                                              : "the defaults";
  text += ": " + std::string(contradiction.first) + " contradicts ";
  text += std::string(contradiction.second);
  if (first != places.end()) {
    text += second == places.end() ? " (its default)" : " (" + second->second.where + ')';
  }
  return text + ": " + std::string(contradiction.problem);
}

// Each table together with what it leaves to wider ones.
Status check_keeping(const CacheConfig& cache, const Places& places) {
  for (std::size_t i = 0; i < cache.sites.size(); ++i) {
    const std::string& host = cache.sites[i].host;
    const policy::FreshnessBounds bounds =
        cache.keeping_of(host.starts_with('.') ? std::string_view(host).substr(1) : host).freshness;
    if (bounds.lifetime_min <= bounds.lifetime_max) continue;
    return fail(ErrorCode::invalid_argument,
                line_of(places, "cache.site", i) + ": cache.site \"" + host +
                    "\": what holds there is a freshness_min of " +
                    std::to_string(bounds.lifetime_min.count()) + " s and a freshness_max of " +
                    std::to_string(bounds.lifetime_max.count()) +
                    " s; lower the first or raise the second");
  }
  return {};
}

// One name, one list of readers: of two, neither could be told to hold.
Status check_collections(const Config& config, const Places& places) {
  for (std::size_t i = 0; i < config.collections.size(); ++i) {
    for (std::size_t before = 0; before < i; ++before) {
      if (config.collections[before].name != config.collections[i].name) continue;
      return fail(ErrorCode::invalid_argument,
                  line_of(places, "collection", i) + ": collection \"" +
                      config.collections[i].name + "\" stands twice (" +
                      line_of(places, "collection", before) + "); join the tables");
    }
  }
  return {};
}

// Keys, notices and figures go by the name.
template <class Table>
Status check_names(std::string_view option, const std::vector<Table>& tables,
                   const Places& places) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (std::size_t before = 0; before < i; ++before) {
      if (tables[before].name != tables[i].name) continue;
      return fail(ErrorCode::invalid_argument,
                  line_of(places, option, i) + ": " + std::string(option) + " \"" + tables[i].name +
                      "\" stands twice (" + line_of(places, option, before) +
                      "); give each a name of its own");
    }
  }
  return {};
}

}  // namespace

Status check_contradictions(const Config& config, const Places& places) {
  for (const Contradiction& contradiction : contradictions) {
    if (contradiction.holds(config)) {
      return fail(ErrorCode::invalid_argument, message(contradiction, places));
    }
  }
  if (Status kept = check_keeping(config.cache, places); !kept) return kept;
  if (Status named = check_names("search.provider", config.search.providers, places); !named) {
    return named;
  }
  if (Status named = check_names("egress.webhook", config.webhooks, places); !named) return named;
  if (Status access = check_access(config, places); !access) return access;
  if (Status routed = check_routing(config, places); !routed) return routed;
  return check_collections(config, places);
}

}  // namespace seekd::config
