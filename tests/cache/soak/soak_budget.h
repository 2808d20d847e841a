// What a soak may use, and the judgement of what it used.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/cache/soak/soak_load.h"

namespace seekd::cache {

struct SoakBudget {
  std::uint64_t memory_mib = 320;   // resident
  std::uint64_t descriptors = 600;  // RocksDB may hold 512 files
  std::uint64_t disk_mib = 256;     // of the folder, while files are rewritten too
  double growth = 1.25;             // of memory, from the second quarter to the last
  double slowing = 4;               // of the least median, likewise
  double milliseconds_p99 = 2000;   // of a read, a store or a search
};

// One line of the table.
struct SoakSample {
  std::array<std::uint64_t, operation_count> count{};
  std::array<double, operation_count> p50{};  // milliseconds
  std::array<double, operation_count> p99{};
  std::uint64_t memory_mib = 0;
  std::uint64_t descriptors = 0;
  std::uint64_t disk_mib = 0;
  std::uint64_t pages = 0;
  std::uint64_t errors = 0;
};

// Of this process, this folder and this interval.
SoakSample sample(SoakLoad::Interval interval, const std::filesystem::path& folder,
                  std::uint64_t pages);

std::string table_head();
std::string table_line(std::size_t interval, const SoakSample& sample);

// A sentence for each budget that was not kept.
std::vector<std::string> judge(const std::vector<SoakSample>& samples, const SoakBudget& budget);

}  // namespace seekd::cache
