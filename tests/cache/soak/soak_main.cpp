// cache_soak: reads, stores, expiry, eviction, embedding and search together, for an hour or as
// long as asked, under budgets of memory, descriptors, disk and time. A line for each interval;
// status 1 when a budget was not kept, an answer was wrong, or the cache contradicts itself at the
// end.

#include <cstdio>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "cache/rocks_page_cache.h"
#include "tests/cache/soak/soak_budget.h"
#include "tests/cache/soak/soak_pages.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

struct Options {
  std::filesystem::path folder;
  std::filesystem::path key_file;
  double minutes = 60;
  double interval = 60;  // seconds, as the next
  long retention = 600;
  std::uint64_t disk_mib = 48;
  SoakRates rates;
  SoakBudget budget;
};

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("FOLDER", options.folder, "of the cache, which is made in it")->required();
  app.add_option("--key-file", options.key_file, "encrypt it");
  app.add_option("--minutes", options.minutes, "how long")->capture_default_str();
  app.add_option("--interval", options.interval, "seconds of a line")->capture_default_str();
  app.add_option("--retention", options.retention, "seconds")->capture_default_str();
  app.add_option("--disk-mib", options.disk_mib, "cache.disk_bytes_max")->capture_default_str();
  app.add_option("--urls", options.rates.urls, "how many pages there are")->capture_default_str();
  app.add_option("--reads", options.rates.reads, "a second")->capture_default_str();
  app.add_option("--stores", options.rates.stores, "a second")->capture_default_str();
  app.add_option("--searches", options.rates.searches, "a second")->capture_default_str();
  app.add_option("--reclaim-every", options.rates.reclaim_every, "seconds");
  app.add_option("--memory-budget", options.budget.memory_mib, "MiB")->capture_default_str();
  app.add_option("--disk-budget", options.budget.disk_mib, "MiB")->capture_default_str();
  app.add_option("--descriptor-budget", options.budget.descriptors, "")->capture_default_str();
  app.add_option("--p99-budget", options.budget.milliseconds_p99, "ms")->capture_default_str();
  app.add_option("--growth", options.budget.growth, "of memory, a factor")->capture_default_str();
  app.add_option("--slowing", options.budget.slowing, "a factor")->capture_default_str();
}

config::CacheConfig cache_config(const Options& options) {
  config::CacheConfig config;
  config.directory = options.folder / "cache";
  config.key_file = options.key_file;
  config.retention = std::chrono::seconds(options.retention);
  config.disk_bytes_max = options.disk_mib << 20;
  config.block_cache_bytes = 16 << 20;
  config.urls_expected = 10'000;
  config.blocks_expected = 200'000;
  config.versions_max = 5;
  return config;
}

// Status of the process.
int soak(PageCache& cache, const Options& options) {
  std::vector<SoakSample> samples;
  {
    SoakLoad load(cache, options.rates, 20261122);
    const auto intervals = static_cast<std::size_t>(options.minutes * 60 / options.interval);
    std::cout << table_head() << std::endl;
    for (std::size_t i = 0; i < intervals; ++i) {
      std::this_thread::sleep_for(std::chrono::duration<double>(options.interval));
      SoakLoad::Interval interval = load.take();
      for (const std::string& error : interval.errors) std::cout << "error: " << error << '\n';
      const auto statistics = cache.statistics();
      samples.push_back(sample(std::move(interval), options.folder / "cache",
                               statistics ? statistics->pages : 0));
      std::cout << table_line(i, samples.back()) << std::endl;
    }
  }
  std::vector<std::string> findings = judge(samples, options.budget);
  const auto verified = cache.verify(wall_clock());
  if (!verified) findings.push_back(verified.error().message);
  if (verified)
    findings.insert(findings.end(), verified->findings.begin(), verified->findings.end());
  for (const std::string& finding : findings) std::cout << "not kept: " << finding << '\n';
  if (findings.empty()) std::cout << "every budget was kept, and all agrees with all\n";
  return findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Reads, stores, expiry and search together, under budgets.", "cache_soak");
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  const auto cache = open_rocks_page_cache(cache_config(options), wall_clock(), soak_embedding());
  if (!cache) {
    std::cerr << cache.error().message << '\n';
    return 1;
  }
  return soak(**cache, options);
}
