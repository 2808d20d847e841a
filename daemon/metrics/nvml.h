// Nvml: what NVIDIA's management library says of this host's GPUs. The library comes with the
// driver and is looked for when seekd starts; nothing is needed of it at build time.
//
// Calls of read() are made by one thread at a time, and may take long where a driver hangs. What
// the library does not say of a GPU, or says impossibly, is left out. The interface: NVML API
// Reference Manual, of which the parts used here have been as they are since driver 319.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace seekd::daemon {

struct GpuReading {
  unsigned number = 0;  // as the library counts them
  std::string name;
  std::optional<double> utilization;          // of the last sample period, 0 to 1
  std::optional<std::uint64_t> memory_used;   // bytes, of all processes
  std::optional<std::uint64_t> memory_total;  // bytes
  std::optional<double> temperature;          // degrees Celsius
  std::optional<double> power;                // watts
};

class Nvml {
 public:
  static constexpr const char* library_name = "libnvidia-ml.so.1";

  // nullptr: there is no such library, it lacks a function, or finds no driver.
  static std::unique_ptr<Nvml> open(const char* library = library_name);
  ~Nvml();
  Nvml(const Nvml&) = delete;

  std::vector<GpuReading> read() const;

 private:
  struct Functions;

  Nvml(void* library, std::unique_ptr<Functions> functions);
  GpuReading read_one(unsigned number, void* device) const;

  void* library_;
  std::unique_ptr<Functions> functions_;
};

}  // namespace seekd::daemon
