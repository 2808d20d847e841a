#include "daemon/metrics/process_readings.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/resource.h>
#include <unistd.h>

namespace seekd::daemon {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// proc_pid_statm(5): the second number counts the resident pages.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (!(statm >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (error) return 0;
  // The one that lists them is among them.
  return static_cast<std::uint64_t>(std::distance(begin(open), end(open))) - 1;
}

}  // namespace

ProcessReadings read_process() {
  ProcessReadings readings;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    readings.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) readings.descriptors_max = limit.rlim_cur;
  readings.resident_bytes = resident_bytes();
  readings.open_descriptors = open_descriptors();
  return readings;
}

}  // namespace seekd::daemon
