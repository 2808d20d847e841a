#include "tests/cache/soak/soak_budget.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

#include <unistd.h>

namespace seekd::cache {
namespace {

namespace fs = std::filesystem;

struct Served {
  Operation operation;
  const char* name;
};
constexpr std::array<Served, 3> served{
    {{Operation::read, "reads"}, {Operation::store, "stores"}, {Operation::search, "searches"}}};

std::uint64_t resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) >> 20;
}

std::uint64_t open_descriptors() {
  std::error_code error;
  return static_cast<std::uint64_t>(
      std::distance(fs::directory_iterator("/proc/self/fd", error), fs::directory_iterator()));
}

// What is allocated, and not yet written, counts.
std::uint64_t folder_mib(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
    const auto size = entry->file_size(error);  // a file may go meanwhile
    if (!error) bytes += size;
  }
  return bytes >> 20;
}

double percentile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto nth =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

double mean_memory(std::span<const SoakSample> samples) {
  double sum = 0;
  for (const SoakSample& sample : samples) sum += static_cast<double>(sample.memory_mib);
  return sum / static_cast<double>(samples.size());
}

double least_median(std::span<const SoakSample> samples, std::size_t operation) {
  double least = 0;
  for (const SoakSample& sample : samples) {
    if (sample.count[operation] == 0) continue;
    least = least == 0 ? sample.p50[operation] : std::min(least, sample.p50[operation]);
  }
  return least;
}

void judge_limits(const SoakSample& sample, std::size_t interval, const SoakBudget& budget,
                  std::vector<std::string>& findings) {
  const std::string at = "interval " + std::to_string(interval + 1) + ": ";
  const auto compare = [&](double used, double allowed, const std::string& what) {
    if (used <= allowed) return;
    findings.push_back(at + what + " " + std::to_string(used) + ", allowed " +
                       std::to_string(allowed));
  };
  compare(static_cast<double>(sample.memory_mib), static_cast<double>(budget.memory_mib),
          "resident MiB");
  compare(static_cast<double>(sample.descriptors), static_cast<double>(budget.descriptors),
          "descriptors");
  compare(static_cast<double>(sample.disk_mib), static_cast<double>(budget.disk_mib),
          "MiB of disk");
  compare(static_cast<double>(sample.errors), 0, "errors");
  for (const auto& [operation, name] : served) {
    const auto index = static_cast<std::size_t>(operation);
    compare(sample.p99[index], budget.milliseconds_p99,
            std::string("ms at the 99th percentile of ") + name);
    if (sample.count[index] == 0) findings.push_back(at + name + " stood still");
  }
}

}  // namespace

SoakSample sample(SoakLoad::Interval interval, const fs::path& folder, std::uint64_t pages) {
  SoakSample sample;
  for (std::size_t i = 0; i < operation_count; ++i) {
    sample.count[i] = interval.milliseconds[i].size();
    sample.p50[i] = percentile(interval.milliseconds[i], 0.5);
    sample.p99[i] = percentile(interval.milliseconds[i], 0.99);
  }
  sample.memory_mib = resident_mib();
  sample.descriptors = open_descriptors();
  sample.disk_mib = folder_mib(folder);
  sample.pages = pages;
  sample.errors = interval.errors_total;
  return sample;
}

std::string table_head() {
  return "interval  pages  MiB  descriptors  MiB disk | reads p50 p99 | stores p50 p99 | searches "
         "p50 p99 (ms) | errors";
}

std::string table_line(std::size_t interval, const SoakSample& s) {
  char line[256];
  const auto at = [](Operation operation) { return static_cast<std::size_t>(operation); };
  const std::size_t r = at(Operation::read);
  const std::size_t w = at(Operation::store);
  const std::size_t q = at(Operation::search);
  std::snprintf(
      line, sizeof line,
      "%8zu %6lu %4lu %12lu %9lu | %5lu %.2f %.1f | %5lu %.2f %.1f | %5lu %.2f %.1f | %lu",
      interval + 1, s.pages, s.memory_mib, s.descriptors, s.disk_mib, s.count[r], s.p50[r],
      s.p99[r], s.count[w], s.p50[w], s.p99[w], s.count[q], s.p50[q], s.p99[q], s.errors);
  return line;
}

std::vector<std::string> judge(const std::vector<SoakSample>& samples, const SoakBudget& budget) {
  std::vector<std::string> findings;
  for (std::size_t i = 0; i < samples.size(); ++i) judge_limits(samples[i], i, budget, findings);
  if (samples.size() < 4) return findings;
  const std::span<const SoakSample> all(samples);
  const std::size_t quarter = samples.size() / 4;
  const double before = mean_memory(all.subspan(quarter, quarter));
  const double after = mean_memory(all.last(quarter));
  if (after > before * budget.growth) {
    findings.push_back("memory grew from " + std::to_string(before) + " to " +
                       std::to_string(after) + " MiB");
  }
  for (const auto& [operation, name] : served) {
    const auto index = static_cast<std::size_t>(operation);
    const double first = least_median(all.subspan(quarter, quarter), index);
    const double second = least_median(all.last(quarter), index);
    if (second > first * budget.slowing) {
      findings.push_back(std::string(name) + " slowed from " + std::to_string(first) + " to " +
                         std::to_string(second) + " ms");
    }
  }
  return findings;
}

}  // namespace seekd::cache
