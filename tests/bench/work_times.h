// WorkTimes: what a kind of work took, each time it was done, and the row that says so.
//
// One thread.

#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace seekd::bench {

double seconds_since(std::chrono::steady_clock::time_point begin);
double thread_ms();  // of processor time
double resident_mib();

// The value that `share` of them, 0 to 1, do not exceed; 0 of none.
double quantile(std::vector<double> values, double share);

struct WorkTimes {
  std::vector<double> wall_ms;
  std::vector<double> cpu_ms;

  template <class Work>
  auto measure(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = thread_ms();
    auto result = work();
    cpu_ms.push_back(thread_ms() - cpu);
    wall_ms.push_back(seconds_since(begin) * 1e3);
    return result;
  }
};

// Median and 99th percentile of processor time, then of waiting.
void print_row(const std::string& program, const std::string& what, const WorkTimes& times,
               const std::string& note);

}  // namespace seekd::bench
