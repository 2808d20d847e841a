#include "daemon/metrics/nvml.h"

#include <algorithm>
#include <array>

#include <dlfcn.h>

#include "policy/page_text_guard.h"

namespace seekd::daemon {
namespace {

// nvml.h, as far as it is needed.
using Return = int;
constexpr Return success = 0;
constexpr unsigned core_sensor = 0;  // NVML_TEMPERATURE_GPU
constexpr unsigned gpus_max = 64;
constexpr std::size_t name_bytes_max = 96;  // NVML_DEVICE_NAME_V2_BUFFER_SIZE

struct Utilization {
  unsigned gpu = 0;  // percent
  unsigned memory = 0;
};

struct Memory {
  unsigned long long total = 0;
  unsigned long long free = 0;
  unsigned long long used = 0;
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

struct Nvml::Functions {
  Return (*init)() = nullptr;
  Return (*shutdown)() = nullptr;
  Return (*count)(unsigned*) = nullptr;
  Return (*device)(unsigned, void**) = nullptr;
  Return (*name)(void*, char*, unsigned) = nullptr;
  Return (*utilization)(void*, Utilization*) = nullptr;
  Return (*memory)(void*, Memory*) = nullptr;
  Return (*temperature)(void*, unsigned, unsigned*) = nullptr;
  Return (*power)(void*, unsigned*) = nullptr;  // milliwatts

  bool load(void* library) {
    return find(library, "nvmlInit_v2", init) && find(library, "nvmlShutdown", shutdown) &&
           find(library, "nvmlDeviceGetCount_v2", count) &&
           find(library, "nvmlDeviceGetHandleByIndex_v2", device) &&
           find(library, "nvmlDeviceGetName", name) &&
           find(library, "nvmlDeviceGetUtilizationRates", utilization) &&
           find(library, "nvmlDeviceGetMemoryInfo", memory) &&
           find(library, "nvmlDeviceGetTemperature", temperature) &&
           find(library, "nvmlDeviceGetPowerUsage", power);
  }
};

std::unique_ptr<Nvml> Nvml::open(const char* library) {
  void* const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return nullptr;
  auto functions = std::make_unique<Functions>();
  if (functions->load(handle) && functions->init() == success) {
    return std::unique_ptr<Nvml>(new Nvml(handle, std::move(functions)));
  }
  dlclose(handle);
  return nullptr;
}

Nvml::Nvml(void* library, std::unique_ptr<Functions> functions)
    : library_(library), functions_(std::move(functions)) {}

Nvml::~Nvml() {
  functions_->shutdown();
  dlclose(library_);
}

std::vector<GpuReading> Nvml::read() const {
  std::vector<GpuReading> readings;
  unsigned count = 0;
  if (functions_->count(&count) != success) return readings;
  for (unsigned number = 0; number < std::min(count, gpus_max); ++number) {
    void* device = nullptr;
    if (functions_->device(number, &device) != success) continue;
    readings.push_back(read_one(number, device));
  }
  return readings;
}

GpuReading Nvml::read_one(unsigned number, void* device) const {
  GpuReading reading;
  reading.number = number;
  std::array<char, name_bytes_max + 1> name{};  // ended, whatever is written into it
  if (functions_->name(device, name.data(), name_bytes_max) == success) {
    reading.name = policy::visible_text(name.data());
  }
  Utilization utilization;
  if (functions_->utilization(device, &utilization) == success && utilization.gpu <= 100) {
    reading.utilization = utilization.gpu / 100.0;
  }
  Memory memory;
  if (functions_->memory(device, &memory) == success && memory.used <= memory.total) {
    reading.memory_used = memory.used;
    reading.memory_total = memory.total;
  }
  unsigned value = 0;
  if (functions_->temperature(device, core_sensor, &value) == success) reading.temperature = value;
  if (functions_->power(device, &value) == success) reading.power = value / 1000.0;
  return reading;
}

}  // namespace seekd::daemon
