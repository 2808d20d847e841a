// The text of GET /metrics: what Metrics has counted, and what is read at this moment, in
// Prometheus' text format 0.0.4.
//
// Pure but for the counters; any thread. What could not be read is left out, so that an absent
// series says what a zero would hide.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/audit/auditor.h"
#include "daemon/finding/web_search.h"
#include "daemon/metrics/fetcher_readings.h"
#include "daemon/metrics/metrics.h"
#include "daemon/metrics/nvml.h"
#include "daemon/metrics/process_readings.h"
#include "daemon/routing/model_routes.h"
#include "model/model.h"

namespace seekd::daemon {

inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

struct ModelReadings {
  std::string name;
  std::size_t running = 0;
  std::size_t waiting = 0;
  model::KvMemory kv;
  model::SpeculationCounts speculation;
  model::ModelState health = model::ModelState::healthy;
  model::StepFailures failures;
};

struct RefreshReadings {
  std::size_t watches = 0;
  std::size_t running = 0;
  std::size_t failing = 0;  // whose latest run failed
  std::chrono::seconds overdue{0};
  std::uint64_t pages_today = 0;
  std::uint64_t wire_bytes_today = 0;
  std::uint64_t answers_today = 0;  // to standing questions
  std::size_t questions = 0;        // of the watches
  std::size_t notices_pending = 0;  // to webhooks
};

struct Readings {
  TimePoint started;
  std::chrono::seconds uptime{0};
  policy::ClockTrust clock = policy::ClockTrust::trusted;
  std::optional<ModelReadings> model;  // nullopt while it is loaded
  std::size_t questions_waiting = 0;
  std::size_t questions_looking_up = 0;
  std::optional<cache::CacheStatistics> cache;
  std::optional<FetcherReadings> fetcher;  // nullopt: it cannot be reached
  RefreshReadings refresh;
  std::vector<ProviderReading> providers;  // that the web is searched through
  std::vector<RouteReading> routes;
  std::vector<GpuReading> gpus = {};                     // of this host
  std::optional<Auditor::Reading> audit = std::nullopt;  // nullopt: there is no log
  ProcessReadings process;
};

std::string exposition(const Metrics& metrics, const Readings& readings);

}  // namespace seekd::daemon
