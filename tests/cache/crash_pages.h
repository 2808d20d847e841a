// What the crash tests' two processes agree on, by sequence number: who does what to which page.

#pragma once

#include <cstdint>
#include <string>

#include "config/config.h"
#include "policy/page.h"

namespace seekd::cache {

inline constexpr std::uint64_t crash_urls = 60;

enum class CrashAct : std::uint8_t { store, touch, forget };

inline CrashAct crash_act(std::uint64_t sequence) {
  if (sequence % 67 == 66) return CrashAct::forget;
  return sequence % 6 == 5 ? CrashAct::touch : CrashAct::store;
}

inline TimePoint crash_time(std::uint64_t sequence) {
  return TimePoint(std::chrono::seconds(1'795'305'600 + static_cast<std::int64_t>(sequence)));
}

inline config::CacheConfig crash_config(const std::string& folder, const std::string& key_file) {
  config::CacheConfig config;
  config.directory = folder;
  config.key_file = key_file;
  // Pages expire while the test runs, so that a kill also falls into a purge.
  config.retention = std::chrono::seconds(400);
  config.versions_max = 2;
  config.urls_expected = 1000;
  config.blocks_expected = 1000;
  return config;
}

// The URL comes back every few hundred pages, sometimes changed, sometimes not, sometimes after it
// has expired.
inline std::string crash_url(std::uint64_t sequence) {
  return "https://example.org/" + std::to_string(sequence * 2654435761 % 977 % crash_urls);
}

inline FetchedPage crash_page(std::uint64_t sequence) {
  FetchedPage page;
  page.url = page.final_url = crash_url(sequence);
  page.requested_at = page.retrieved_at = crash_time(sequence);
  page.headers.etag = "\"1\"";
  page.metadata.title = "Page " + page.url;
  for (int i = 0; i < 12; ++i) {
    page.blocks.push_back({BlockKind::paragraph, 0,
                           "Paragraph " + std::to_string(i) + " of edition " +
                               std::to_string(sequence / (i + 40)) + " falcon"});
  }
  page.blocks.push_back({BlockKind::paragraph, 0, "sequence " + std::to_string(sequence)});
  return page;
}

}  // namespace seekd::cache
