#include "daemon/metrics/exposition.h"

#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace seekd::daemon {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// Families of values that somebody else keeps.
class Families {
 public:
  explicit Families(std::vector<MetricFamily> counted) : families_(std::move(counted)) {}

  void gauge(std::string name, std::string help, double value, Labels labels = {}) {
    add(std::move(name), std::move(help), MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  void counter(std::string name, std::string help, double value, Labels labels = {}) {
    add(std::move(name), std::move(help), MetricType::Counter, std::move(labels)).counter.value =
        value;
  }

  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return std::move(out).str();
  }

 private:
  // Series of one family are added one after another.
  ClientMetric& add(std::string name, std::string help, MetricType type, Labels labels) {
    if (families_.empty() || families_.back().name != name) {
      families_.push_back({std::move(name), std::move(help), type, {}});
    }
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  std::vector<MetricFamily> families_;
};

void add_model(const ModelReadings& model, Families& families) {
  const Labels labels{{"model_name", model.name}};
  families.gauge("vllm:num_requests_running", "Questions that the model works on.",
                 static_cast<double>(model.running), labels);
  families.gauge("vllm:num_requests_waiting", "Questions that wait for the model.",
                 static_cast<double>(model.waiting), labels);
  families.gauge("vllm:kv_cache_usage_perc",
                 "Share of the memory for keys and values that running answers hold; 1 is all.",
                 static_cast<double>(model.kv.held) / static_cast<double>(model.kv.total), labels);
  families.gauge("seekd_kv_cache_bytes", "Memory for keys and values, by what it is used for.",
                 static_cast<double>(model.kv.held),
                 {{"model_name", model.name}, {"use", "running"}});
  families.gauge("seekd_kv_cache_bytes", "Memory for keys and values, by what it is used for.",
                 static_cast<double>(model.kv.kept),
                 {{"model_name", model.name}, {"use", "prefixes"}});
  families.gauge("seekd_kv_cache_bytes", "Memory for keys and values, by what it is used for.",
                 static_cast<double>(model.kv.total - model.kv.held - model.kv.kept),
                 {{"model_name", model.name}, {"use", "free"}});
  families.gauge("seekd_kv_cache_bytes", "Memory for keys and values, by what it is used for.",
                 static_cast<double>(model.kv.on_host),
                 {{"model_name", model.name}, {"use", "host"}});
}

void add_speculation(const ModelReadings& model, Families& families) {
  const Labels labels{{"model_name", model.name}};
  families.counter("vllm:spec_decode_num_drafts_total", "Times that tokens were guessed ahead.",
                   static_cast<double>(model.speculation.drafts), labels);
  families.counter("vllm:spec_decode_num_draft_tokens_total", "Tokens that were guessed ahead.",
                   static_cast<double>(model.speculation.drafted_tokens), labels);
  families.counter("vllm:spec_decode_num_accepted_tokens_total",
                   "Guessed tokens that the model would have written, and so were kept.",
                   static_cast<double>(model.speculation.accepted_tokens), labels);
}

void add_health(const ModelReadings& model, Families& families) {
  using model::ModelState;
  for (const ModelState state : {ModelState::healthy, ModelState::hung, ModelState::lost}) {
    families.gauge("seekd_model_state", "1 for what the model is: ok, hung or lost.",
                   model.health == state ? 1 : 0,
                   {{"model_name", model.name}, {"state", std::string(to_string(state))}});
  }
  const std::pair<const char*, std::uint64_t> causes[] = {
      {"out_of_memory", model.failures.out_of_memory},
      {"error", model.failures.errors},
      {"hang", model.failures.hangs}};
  for (const auto& [cause, count] : causes) {
    families.counter("seekd_model_failed_steps_total",
                     "Steps of the model that failed or returned too late, by cause.",
                     static_cast<double>(count), {{"model_name", model.name}, {"cause", cause}});
  }
  families.counter("seekd_model_recoveries_total",
                   "Failed steps that the model went on after, its weights in place.",
                   static_cast<double>(model.failures.recovered), {{"model_name", model.name}});
}

void add_filters(const cache::CacheStatistics& cache, Families& families) {
  const std::pair<const char*, const cache::FilterStatistics*> filters[] = {
      {"urls", &cache.url_filter}, {"blocks", &cache.block_filter}};
  for (const auto& [name, filter] : filters) {
    families.gauge("seekd_cache_filter_bits", "Bits of a Bloom filter.",
                   static_cast<double>(filter->bits), {{"filter", name}});
  }
  for (const auto& [name, filter] : filters) {
    families.gauge("seekd_cache_filter_entries", "Keys that a Bloom filter knows.",
                   static_cast<double>(filter->entries), {{"filter", name}});
  }
  for (const auto& [name, filter] : filters) {
    families.gauge("seekd_cache_filter_error_ratio",
                   "Expected share of unknown keys that a Bloom filter takes for known ones.",
                   filter->false_positive_rate, {{"filter", name}});
  }
  families.counter("seekd_cache_filter_negatives_total",
                   "Lookups that a Bloom filter spared the database.",
                   static_cast<double>(cache.bloom_negative_answers));
}

void add_cache(const cache::CacheStatistics& cache, Families& families) {
  const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
    families.gauge(name, help, static_cast<double>(value));
  };
  gauge("seekd_cache_pages", "Pages in the cache.", cache.pages);
  gauge("seekd_cache_versions", "Past versions of pages in the cache.", cache.versions);
  gauge("seekd_cache_blocks", "Text blocks in the cache, each once.", cache.blocks);
  gauge("seekd_cache_passages", "Passages that a search can find.", cache.passages);
  gauge("seekd_cache_vectors", "Passages that a search by meaning can find.", cache.vectors);
  gauge("seekd_cache_passages_waiting", "Passages that wait to be embedded.",
        cache.passages_waiting);
  gauge("seekd_cache_disk_bytes", "Bytes of the cache on disk, estimated.", cache.disk_bytes);
  add_filters(cache, families);
}

void add_fetcher(const FetcherReadings& fetcher, Families& families) {
  families.counter("seekd_fetcher_requests_total", "Pages that the door was asked for.",
                   static_cast<double>(fetcher.requests));
  families.counter("seekd_fetcher_cancelled_total", "Requests whose asker went before the reply.",
                   static_cast<double>(fetcher.cancelled));
  families.counter("seekd_fetcher_wire_bytes_total", "Bytes transferred for pages.",
                   static_cast<double>(fetcher.wire_bytes));
  families.counter("seekd_fetcher_policy_reloads_total", "Times that a new policy came into force.",
                   static_cast<double>(fetcher.policy_reloads));
  families.gauge("seekd_fetcher_pages_in_progress", "Pages that are being fetched.",
                 static_cast<double>(fetcher.pages_in_progress));
  families.gauge("seekd_fetcher_pages_waiting", "Pages that wait for their turn.",
                 static_cast<double>(fetcher.pages_waiting));
  families.gauge("seekd_fetcher_workers", "Worker processes.",
                 static_cast<double>(fetcher.workers));
  for (const auto& [reason, count] : fetcher.verdicts) {
    families.counter("seekd_egress_verdicts_total",
                     "Requests at the door by verdict: allowed, or the reason against.",
                     static_cast<double>(count), {{"reason", reason}});
  }
}

void add_refresh(const RefreshReadings& refresh, Families& families) {
  families.gauge("seekd_watches", "Pages, feeds and sitemaps that are watched.",
                 static_cast<double>(refresh.watches));
  families.gauge("seekd_watches_running", "Watches that run now.",
                 static_cast<double>(refresh.running));
  families.gauge("seekd_watches_failing", "Watches whose latest run failed.",
                 static_cast<double>(refresh.failing));
  families.gauge("seekd_refresh_overdue_seconds",
                 "How long the watch that waits longest should have run already.",
                 static_cast<double>(refresh.overdue.count()));
  families.gauge("seekd_refresh_pages_today", "Of refresh.pages_per_day_max, what is used.",
                 static_cast<double>(refresh.pages_today));
  families.gauge("seekd_refresh_bytes_today", "Of refresh.bytes_per_day_max, what is used.",
                 static_cast<double>(refresh.wire_bytes_today));
  families.gauge("seekd_standing_questions", "Of the watches, those that are questions.",
                 static_cast<double>(refresh.questions));
  families.gauge("seekd_refresh_answers_today", "Of refresh.answers_per_day_max, what is used.",
                 static_cast<double>(refresh.answers_today));
  families.gauge("seekd_webhook_notices_pending", "Notices that a webhook has not taken yet.",
                 static_cast<double>(refresh.notices_pending));
}

// A family of one series a GPU, as far as the library knows.
template <class Value>
void add_gpu_family(std::span<const GpuReading> gpus, const char* name, const char* help,
                    std::optional<Value> GpuReading::* value, Families& families) {
  for (const GpuReading& gpu : gpus) {
    if (!(gpu.*value)) continue;
    families.gauge(name, help, static_cast<double>(*(gpu.*value)),
                   {{"gpu", std::to_string(gpu.number)}, {"name", gpu.name}});
  }
}

void add_gpus(std::span<const GpuReading> gpus, Families& families) {
  add_gpu_family(gpus, "seekd_gpu_utilization_ratio",
                 "Share of the time that the GPU worked, for whomever.", &GpuReading::utilization,
                 families);
  add_gpu_family(gpus, "seekd_gpu_memory_used_bytes", "Memory of the GPU in use, of all processes.",
                 &GpuReading::memory_used, families);
  add_gpu_family(gpus, "seekd_gpu_memory_total_bytes", "Memory of the GPU.",
                 &GpuReading::memory_total, families);
  add_gpu_family(gpus, "seekd_gpu_temperature_celsius", "Temperature of the GPU.",
                 &GpuReading::temperature, families);
  add_gpu_family(gpus, "seekd_gpu_power_watts", "What the GPU draws.", &GpuReading::power,
                 families);
}

void add_audit(const Auditor::Reading& audit, Families& families) {
  families.counter("seekd_audit_records_total", "Records in the audit log.",
                   static_cast<double>(audit.records));
  families.counter("seekd_audit_records_missing_total",
                   "Records that could not be written, since the start.",
                   static_cast<double>(audit.missing));
  families.gauge("seekd_audit_writable", "1: the audit log is written; 0: it cannot be.",
                 audit.writable ? 1 : 0);
  families.gauge("seekd_audit_disk_bytes", "Bytes of the audit log.",
                 static_cast<double>(audit.disk_bytes));
}

// A state that has not come yet is left out: there are nine a provider.
void add_providers(std::span<const ProviderReading> providers, Families& families) {
  for (const ProviderReading& reading : providers) {
    for (std::size_t i = 0; i < provider_states; ++i) {
      const auto state = static_cast<ProviderState>(i);
      if (reading.health.count(state) == 0) continue;
      families.counter(
          "seekd_search_queries_total", "Queries to a search provider, by how they ended.",
          static_cast<double>(reading.health.count(state)),
          {{"provider", reading.provider.name}, {"state", std::string(to_string(state))}});
    }
  }
  for (const ProviderReading& reading : providers) {
    families.gauge("seekd_search_provider_failures",
                   "How often in a row a search provider has not answered.",
                   reading.health.failures_in_row(), {{"provider", reading.provider.name}});
  }
}

void add_routes(std::span<const RouteReading> routes, Families& families) {
  for (const RouteReading& reading : routes) {
    families.gauge("seekd_route_serving", "Whether a route's target is asked, and not its backup.",
                   reading.state == RouteHealth::State::serving ? 1 : 0,
                   {{"route", reading.route.name}});
  }
  for (const RouteReading& reading : routes) {
    const auto add = [&](const char* result, std::uint64_t count) {
      families.counter("seekd_route_requests_total",
                       "What a route's target was asked, or its backup in its place.",
                       static_cast<double>(count),
                       {{"route", reading.route.name}, {"result", result}});
    };
    add("answered", reading.answered);
    add("failed", reading.failed);
    add("passed_on", reading.passed_on);
  }
}

void add_process(const Readings& readings, Families& families) {
  const ProcessReadings& process = readings.process;
  families.gauge("seekd_build_info", "1; the version is a label.", 1, {{"version", SEEKD_VERSION}});
  families.gauge("seekd_uptime_seconds", "Since seekd started.",
                 static_cast<double>(readings.uptime.count()));
  families.gauge("seekd_clock_trusted", "Whether the wall clock is taken for the time.",
                 readings.clock == policy::ClockTrust::trusted ? 1 : 0);
  families.gauge("process_start_time_seconds", "When seekd started, in seconds since 1970.",
                 static_cast<double>(readings.started.time_since_epoch().count()));
  families.counter("process_cpu_seconds_total", "Processor time, of user and system.",
                   process.cpu_seconds);
  families.gauge("process_resident_memory_bytes", "Resident memory.",
                 static_cast<double>(process.resident_bytes));
  families.gauge("process_open_fds", "Open file descriptors.",
                 static_cast<double>(process.open_descriptors));
  families.gauge("process_max_fds", "File descriptors that may be open.",
                 static_cast<double>(process.descriptors_max));
}

}  // namespace

std::string exposition(const Metrics& metrics, const Readings& readings) {
  Families families(metrics.collect());
  if (readings.model) {
    add_model(*readings.model, families);
    add_speculation(*readings.model, families);
    add_health(*readings.model, families);
  }
  families.gauge("seekd_questions_waiting", "Questions that wait for their turn.",
                 static_cast<double>(readings.questions_waiting));
  families.gauge("seekd_questions_looking_up", "Questions that search the cache and fetch pages.",
                 static_cast<double>(readings.questions_looking_up));
  if (readings.cache) add_cache(*readings.cache, families);
  families.gauge("seekd_fetcher_up", "1: the fetcher answers; 0: nothing can be fetched.",
                 readings.fetcher ? 1 : 0);
  if (readings.fetcher) add_fetcher(*readings.fetcher, families);
  add_refresh(readings.refresh, families);
  add_providers(readings.providers, families);
  add_routes(readings.routes, families);
  add_gpus(readings.gpus, families);
  if (readings.audit) add_audit(*readings.audit, families);
  add_process(readings, families);
  return families.text();
}

}  // namespace seekd::daemon
