#include "tests/bench/work_times.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>

namespace seekd::bench {

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double thread_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * 4096 / (1 << 20);
}

void print_row(const std::string& program, const std::string& what, const WorkTimes& times,
               const std::string& note) {
  std::cout << std::left << std::setw(14) << program << std::setw(26) << what << std::right
            << std::fixed << std::setprecision(3);
  for (const double share : {0.5, 0.99})
    std::cout << std::setw(10) << quantile(times.cpu_ms, share);
  for (const double share : {0.5, 0.99}) {
    std::cout << std::setw(10) << quantile(times.wall_ms, share);
  }
  std::cout << "  " << note << std::endl;
}

}  // namespace seekd::bench
