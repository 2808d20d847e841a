// What the kernel says of this process, under the names that every Prometheus client library uses.
//
// Any thread. What cannot be read is 0: no question fails for it.

#pragma once

#include <cstdint>

namespace seekd::daemon {

struct ProcessReadings {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
};

ProcessReadings read_process();

}  // namespace seekd::daemon
